use countersign_approval::{
    Code, CosignPins, Fact, Policy, Token, TokenProgram, Violation, Violations,
};
use countersign_solana::programs;
use countersign_units::{SolanaAddress, UnixMillis};

use super::{facts_of, member, unpinned};
use crate::{AgreedAsset, Agreement, CosignAgreement, Order};

/// Collects what is pinned and bounded, or notes what is missing.
pub(super) fn agree(
    order: &Order,
    (pins, token): (&CosignPins, &Token),
    policy: &Policy,
    now: UnixMillis,
    violations: &mut Violations,
) -> Option<Agreement> {
    for (key, empty) in [
        ("fee_payers", pins.fee_payers.is_empty()),
        ("destinations", pins.destinations.is_empty()),
        ("programs", pins.programs.is_empty()),
    ] {
        violations.require(!empty, Code::Unpinned, member(order, key), "a pinned value", "none");
    }
    let bounds = policy.solana();
    let expected = "bounds of fees, in the policy";
    violations.require(bounds.is_some(), Code::Unpinned, "policy.solana", expected, "none");
    let user = address(Code::Owner, "owner", &order.owner, violations);
    let asset = asset(order, token, violations);
    let amount = u64::try_from(order.source.amount.value()).ok();
    let (expected, found) = ("less than 2^64 base units", order.source.amount);
    violations.require(amount.is_some(), Code::Amount, "amount", expected, found);
    let (bounds, seconds) = (bounds?.clone(), now.to_seconds());
    Some(Agreement::Cosign(Box::new(CosignAgreement {
        pins: pins.clone(),
        user: user?,
        asset: asset?,
        amount: amount?,
        policy: bounds,
        min_remaining: policy.min_remaining_seconds(),
        max_deadline: seconds.saturating_add(policy.max_deadline_seconds()),
        require_facts: facts_of(policy, &Fact::SOLANA),
    })))
}

/// Says which program moves the token, and which mint it is.
pub(super) fn asset(
    order: &Order,
    token: &Token,
    violations: &mut Violations,
) -> Option<AgreedAsset> {
    let key = &order.source.token;
    let program = match token.program {
        Some(TokenProgram::Native) => return Some(AgreedAsset::Native),
        Some(TokenProgram::SplToken) => programs::SPL_TOKEN,
        Some(TokenProgram::Token2022) => programs::TOKEN_2022,
        None => {
            let expected = "native, spl-token or token-2022";
            violations.push(unpinned(&format!("tokens.{key}.program"), expected, "nothing"));
            return None;
        }
    };
    let mint = address(Code::Mint, "token", &order.source_address, violations)?;
    Some(AgreedAsset::Token { program, mint, decimals: order.source.decimals })
}

/// Reads an address, or notes that it is none.
pub(super) fn address(
    code: Code,
    member: &str,
    text: &str,
    violations: &mut Violations,
) -> Option<SolanaAddress> {
    let read = text.parse();
    if let Err(error) = &read {
        violations.push(Violation::new(code, member, error, text));
    }
    read.ok()
}
