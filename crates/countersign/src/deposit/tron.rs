use std::sync::Arc;

use countersign_approval::{CallAction, Code, Refusal, Terms, TronCallTerms};
use countersign_units::TronAddress;

use super::BoundDeposit;
use super::bound::refuse;
use crate::TronSource;

/// Says what the one transaction has to be that funds a deposit from an account of Tron.
pub(crate) fn tron_call_terms(
    deposit: &BoundDeposit,
    source: &TronSource,
) -> Result<Arc<Terms<TronCallTerms>>, Refusal> {
    let to: TronAddress = deposit.address().parse().map_err(|error| {
        refuse(Code::DepositAddress, "quote.depositAddress", error, deposit.address())
    })?;
    let (to, amount) = (to.to_evm(), deposit.quote.amount_in());
    let action = match source.token {
        Some(token) => CallAction::TransferToken { token, to, amount },
        None => CallAction::TransferNative { to, amount },
    };
    Ok(deposit.terms_with(TronCallTerms {
        owner: source.owner,
        signer: None,
        chain_id: source.chain_id,
        action,
        max_fee_limit: source.policy.max_fee_limit_sun,
        max_expiration_seconds: source.policy.max_expiration_seconds,
        deadline: deposit.quote.fund_by(),
        min_remaining: deposit.agreed.min_remaining,
        max_clock_skew: deposit.agreed.max_clock_skew,
        require_facts: deposit.agreed.require_facts.clone(),
    }))
}
