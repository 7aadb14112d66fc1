//! The claims of an intent about a transaction that we co-sign: which of the pinned accounts pays
//! the fee, which one is paid, and who signs beside us.

use std::collections::BTreeMap;

use countersign_approval::{
    AssetTransfer, Code, CosignTerms, DurableNonce, Refusal, TokenTransfer, Violation,
};
use countersign_solana::{CosignClaims, associated_token_account};
use countersign_units::{SolanaAddress, UnixSeconds};

use crate::{AgreedAsset, CosignAgreement};

/// Adds the claims to what was agreed. What is not pinned is not taken: the payload is compared
/// with the first that is, and refused with what it had to be.
pub(super) fn terms(
    agreed: &CosignAgreement,
    deadline: UnixSeconds,
    claims: Option<&CosignClaims>,
) -> Result<CosignTerms, Refusal> {
    let pins = &agreed.pins;
    let fee_payer = pinned_or_first(&pins.fee_payers, |payer| {
        claims.is_some_and(|claims| claims.fee_payer == *payer)
    });
    let fee_payer = fee_payer.ok_or_else(|| unpinned("fee_payers"))?;
    let transfer = transfer(agreed, claims)?;
    let opaque_programs =
        if agreed.policy.opaque_programs { pins.opaque_programs.clone() } else { Vec::new() };
    let sol = match &transfer {
        AssetTransfer::Native { lamports, .. } => *lamports,
        AssetTransfer::Token(_) => 0,
    };
    // A fee of ours is bounded where it is ours to pay, and nothing where it is not.
    let fee = if fee_payer == agreed.user { agreed.policy.max_fee_lamports } else { 0 };
    Ok(CosignTerms {
        genesis_hash: Some(pins.genesis_hash),
        user: agreed.user,
        fee_payer,
        required_signers: required_signers(agreed, fee_payer, claims),
        others_sign: pins.others_sign,
        max_lamports_out: sol.saturating_add(fee),
        transfer,
        recent_blockhash: None,
        durable_nonce: durable_nonce(agreed, claims),
        allowed_programs: pins.programs.clone(),
        opaque_programs,
        lookup_tables: BTreeMap::new(),
        allowed_extensions: agreed.policy.allowed_extensions.clone(),
        max_compute_unit_price: agreed.policy.max_compute_unit_price,
        deadline: Some(deadline),
        min_remaining: agreed.min_remaining,
        max_deadline: agreed.max_deadline,
        require_facts: agreed.require_facts.clone(),
    })
}

fn required_signers(
    agreed: &CosignAgreement,
    fee_payer: SolanaAddress,
    claims: Option<&CosignClaims>,
) -> Vec<SolanaAddress> {
    let mut signers = vec![fee_payer];
    let signs =
        |other: &&SolanaAddress| claims.is_some_and(|claims| claims.signers.contains(other));
    let others = agreed.pins.cosigners.iter().filter(signs);
    for signer in others.chain([&agreed.user]) {
        if !signers.contains(signer) {
            signers.push(*signer);
        }
    }
    signers
}

/// Says what moves where. Of the pinned owners the one is taken whose account stands in the
/// transaction.
fn transfer(
    agreed: &CosignAgreement,
    claims: Option<&CosignClaims>,
) -> Result<AssetTransfer, Refusal> {
    let owners = &agreed.pins.destinations;
    let is_paid = |owner: &SolanaAddress, account: Option<SolanaAddress>| {
        claims.is_some_and(|claims| match (claims.deposit_address, account) {
            (Some(address), _) => address == *owner,
            (None, account) => account.is_some_and(|own| claims.accounts.contains(&own)),
        })
    };
    match agreed.asset {
        AgreedAsset::Native => {
            let destination = pinned_or_first(owners, |owner| is_paid(owner, Some(*owner)));
            let destination = destination.ok_or_else(|| unpinned("destinations"))?;
            Ok(AssetTransfer::Native { destination, lamports: agreed.amount })
        }
        AgreedAsset::Token { program, mint, decimals } => {
            let account = |owner| associated_token_account(owner, mint, program);
            let owner = pinned_or_first(owners, |owner| is_paid(owner, account(*owner)));
            let owner = owner.ok_or_else(|| unpinned("destinations"))?;
            let none = || Refusal::one(Violation::new(Code::Mint, "mint", "an account", "none"));
            Ok(AssetTransfer::Token(TokenTransfer {
                program,
                mint,
                decimals,
                amount: agreed.amount,
                source: account(agreed.user).ok_or_else(none)?,
                destination: account(owner).ok_or_else(none)?,
                destination_owner: owner,
            }))
        }
    }
}

fn durable_nonce(agreed: &CosignAgreement, claims: Option<&CosignClaims>) -> DurableNonce {
    let used = claims.and_then(|claims| claims.nonce_account);
    let pinned = used.filter(|used| agreed.pins.nonce_accounts.contains(used));
    pinned.map_or(DurableNonce::Refuse, DurableNonce::Pinned)
}

fn pinned_or_first(
    pinned: &[SolanaAddress],
    claimed: impl Fn(&SolanaAddress) -> bool,
) -> Option<SolanaAddress> {
    pinned.iter().find(|pinned| claimed(pinned)).or(pinned.first()).copied()
}

fn unpinned(key: &str) -> Refusal {
    Refusal::one(Violation::new(Code::Unpinned, key, "a pinned value", "none"))
}
