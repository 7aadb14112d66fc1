use std::sync::Arc;

use countersign_approval::{CallAction, CallTerms, Code, Refusal, Terms};
use countersign_units::EvmAddress;

use super::BoundDeposit;
use super::bound::refuse;
use crate::EvmSource;

/// Says what the one transaction has to be that funds a deposit from an account of an EVM chain.
pub(crate) fn call_terms(
    deposit: &BoundDeposit,
    source: &EvmSource,
    account_nonce: u64,
) -> Result<Arc<Terms<CallTerms>>, Refusal> {
    let to: EvmAddress = deposit.address().parse().map_err(|error| {
        refuse(Code::DepositAddress, "quote.depositAddress", error, deposit.address())
    })?;
    let amount = deposit.quote.amount_in();
    let action = match source.token {
        Some(token) => CallAction::TransferToken { token, to, amount },
        None => CallAction::TransferNative { to, amount },
    };
    let policy = &source.policy;
    Ok(deposit.terms_with(CallTerms {
        owner: source.owner,
        signer: None,
        chain_id: source.chain_id,
        action,
        account_nonce,
        max_gas: policy.max_gas,
        max_fee_per_gas: policy.max_fee_per_gas.into(),
        max_priority_fee_per_gas: policy.max_priority_fee_per_gas.into(),
        max_total_fee: policy.max_fee.into(),
        deadline: deposit.quote.fund_by(),
        min_remaining: deposit.agreed.min_remaining,
        max_clock_skew: deposit.agreed.max_clock_skew,
        require_facts: deposit.agreed.require_facts.clone(),
    }))
}
