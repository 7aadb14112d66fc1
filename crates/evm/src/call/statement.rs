use countersign_approval::{CallAction, Origin, Statement};

use super::action::Show;
use super::{Call, CallJudgement};

/// Says what a transaction of ours does, from its decoded bytes.
pub(super) fn of_call(judgement: &CallJudgement) -> Statement {
    let call = judgement.call();
    let mut statement = Statement::new(title(&call.action));
    statement.push("from", call.owner, Origin::Agreed);
    statement.push("chain id", call.chain_id, Origin::Pinned);
    push_action(&call.action, |address| address.to_string(), &mut statement);
    if let Some(length) = judgement.contract_gets() {
        let found = format_args!("a contract, with {length} bytes of code");
        statement.push("the recipient is", found, Origin::Context);
    }
    push_price(call, &mut statement);
    let facts: Vec<&str> = judgement.not_judged().iter().map(|fact| fact.as_str()).collect();
    if !facts.is_empty() {
        statement.push("not judged", facts.join(", "), Origin::Context);
    }
    let digest = format!("0x{}", hex::encode(judgement.digest()));
    statement.push("digest", digest, Origin::Context);
    statement
}

pub(crate) fn title(action: &CallAction) -> &'static str {
    match action {
        CallAction::TransferNative { .. } => "Transaction: one transfer of the chain's own coin",
        CallAction::TransferToken { .. } => "Transaction: one transfer of a token",
        CallAction::InvalidateNonces { .. } => "Transaction: makes permits useless",
        CallAction::Approve { amount, .. } if amount.is_zero() => {
            "Transaction: lets Permit2 move a token no more"
        }
        CallAction::Approve { .. } => "Transaction: lets Permit2 move a token",
        CallAction::ReplaceNonce => "Transaction: takes the place of one with the same nonce",
        CallAction::FillNonce => "Transaction: uses a nonce, so that what comes after has its turn",
    }
}

/// Says what is done, with addresses as the chain's people write them.
pub(crate) fn push_action(action: &CallAction, show: Show, statement: &mut Statement) {
    match action {
        CallAction::TransferNative { to, amount } => {
            statement.push("to", show(*to), Origin::Agreed);
            statement.push("amount (smallest units)", amount, Origin::Agreed);
        }
        CallAction::TransferToken { token, to, amount } => {
            statement.push("token", show(*token), Origin::Agreed);
            statement.push("to", show(*to), Origin::Agreed);
            statement.push("amount (base units)", amount, Origin::Agreed);
        }
        CallAction::InvalidateNonces { permit2, word, mask } => {
            statement.push("Permit2 contract", show(*permit2), Origin::Pinned);
            statement.push("word of the nonces", word, Origin::Agreed);
            statement.push("bits of the nonces", format_args!("{mask:#x}"), Origin::Agreed);
        }
        CallAction::Approve { token, permit2, amount } => {
            statement.push("token", show(*token), Origin::Agreed);
            statement.push("Permit2 contract", show(*permit2), Origin::Pinned);
            statement.push("allowance (base units)", amount, Origin::Agreed);
        }
        CallAction::ReplaceNonce | CallAction::FillNonce => {
            statement.push("moves", "nothing", Origin::Agreed);
        }
    }
}

fn push_price(call: &Call, statement: &mut Statement) {
    statement.push("account nonce", call.account_nonce, Origin::Agreed);
    statement.push("gas", call.gas_limit, Origin::Bounded);
    for (label, wei) in [
        ("price of gas (wei)", call.price.max_fee_per_gas),
        ("of that to the block's maker (wei)", call.price.max_priority_fee_per_gas),
        ("fee at most (wei)", call.max_total_fee),
    ] {
        statement.push(label, wei, Origin::Bounded);
    }
    statement.push("valid until", "mined or replaced: time does not end it", Origin::Context);
}
