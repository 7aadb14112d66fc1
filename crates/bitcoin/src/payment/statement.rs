use bitcoin::Txid;
use bitcoin::hashes::Hash;
use countersign_approval::{Fact, FeeRate, Origin, PaymentAction, Statement};

use super::judge::{Payment, Role, sequence};
use crate::statement::{describe, lock_time, push_input};

/// Says what a signed transaction does, from its decoded values.
pub(super) fn of_payment(payment: &Payment, not_judged: &[Fact]) -> Statement {
    let mut statement = Statement::new(match payment.action {
        PaymentAction::Pay(_) => "Bitcoin: one payment to a deposit address",
        PaymentAction::SelfSpend => "Bitcoin: our coins, back to ourselves",
    });
    let network = payment.network;
    statement.push("network", network, Origin::Pinned);
    for (place, spend) in payment.spends.iter().enumerate() {
        push_input(place, spend, network, &mut statement);
    }
    for (place, (output, role)) in payment.tx.output.iter().zip(&payment.roles).enumerate() {
        let (owner, origin) = match role {
            Role::Deposit => ("the deposit", Origin::Agreed),
            Role::Change => ("ours", Origin::Agreed),
            Role::Unknown => ("unknown", Origin::Claimed),
        };
        let script = describe(&output.script_pubkey, network);
        let value = format_args!("{} sats to {script}: {owner}", output.value.to_sat());
        statement.push(format!("output {place}"), value, origin);
    }
    if payment.action == PaymentAction::SelfSpend {
        let what = "all else that was signed over these coins";
        statement.push("makes void, once mined", what, Origin::Context);
    }
    push_cost(payment, &mut statement);
    let facts: Vec<&str> = not_judged.iter().map(|fact| fact.as_str()).collect();
    if !facts.is_empty() {
        statement.push("not judged", facts.join(", "), Origin::Context);
    }
    statement.push("sign until (Unix seconds)", payment.valid_until, Origin::Bounded);
    let digest = format_args!("0x{}", hex::encode(payment.digest));
    statement.push("transaction", Txid::from_byte_array(payment.txid), Origin::Context);
    statement.push("digest", digest, Origin::Context);
    statement
}

/// Says what it costs, and when it can be mined or replaced.
fn push_cost(payment: &Payment, statement: &mut Statement) {
    let fee = payment.fee;
    let rate = FeeRate::of(fee.amount, fee.vsize).unwrap_or_default();
    let value = format_args!("{}, {rate} of {} vB", fee.amount, fee.vsize);
    statement.push("fee", value, Origin::Bounded);
    let lock = payment.tx.lock_time.to_consensus_u32();
    statement.push("valid", lock_time(lock), Origin::Bounded);
    let replaceable = payment.tx.input.iter().any(|input| input.sequence == sequence(true));
    let value = if replaceable { "may be replaced while it waits" } else { "not to be replaced" };
    statement.push("replacement", value, Origin::Bounded);
}
