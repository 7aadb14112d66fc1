use std::sync::Arc;

use countersign_approval::{
    Code, Fact, LatestBlockhash, Refusal, Terms, TokenPayment, TransferAction, TransferTerms,
};
use countersign_solana::associated_token_account;
use countersign_units::SolanaAddress;

use super::BoundDeposit;
use super::bound::refuse;
use crate::{AgreedAsset, SolanaSource};

/// How many compute units a transfer may ask for, with an account that it makes.
const MAX_COMPUTE_UNITS: u32 = 300_000;

/// Says what the one transfer has to be that funds a deposit from an account of Solana.
pub(crate) fn transfer_terms(
    deposit: &BoundDeposit,
    source: &SolanaSource,
    latest: LatestBlockhash,
) -> Result<Arc<Terms<TransferTerms>>, Refusal> {
    let to: SolanaAddress = deposit.address().parse().map_err(|error| {
        refuse(Code::DepositAddress, "quote.depositAddress", error, deposit.address())
    })?;
    let facts = &deposit.agreed.require_facts;
    let is_known = |fact: &Fact| Fact::SOLANA_TRANSFER.contains(fact);
    Ok(deposit.terms_with(TransferTerms {
        genesis_hash: Some(source.genesis_hash),
        owner: source.owner,
        action: action(source, to)?,
        recent_blockhash: latest.blockhash,
        last_valid_block_height: latest.last_valid_block_height,
        max_compute_unit_limit: MAX_COMPUTE_UNITS,
        max_compute_unit_price: source.policy.max_compute_unit_price,
        max_lamports_beside: source.max_fee_lamports,
        allowed_extensions: source.policy.allowed_extensions.clone(),
        not_after: deposit.quote.fund_by(),
        min_remaining: deposit.agreed.min_remaining,
        require_facts: facts.iter().copied().filter(is_known).collect(),
    }))
}

fn action(source: &SolanaSource, to: SolanaAddress) -> Result<TransferAction, Refusal> {
    match source.asset {
        AgreedAsset::Native => Ok(TransferAction::Native { to, lamports: source.amount }),
        AgreedAsset::Token { program, mint, decimals } => {
            let account = associated_token_account(source.owner, mint, program);
            let none = || refuse(Code::Source, "owner", "an account of the token", "none");
            Ok(TransferAction::Token(TokenPayment {
                program,
                mint,
                decimals,
                amount: source.amount,
                source: account.ok_or_else(none)?,
                to,
            }))
        }
    }
}
