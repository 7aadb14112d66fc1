use countersign_approval::{Origin, Statement};

use super::TronCallJudgement;
use super::judge::show;
use crate::call::statement::{push_action, title};

/// Says what a transaction of ours on Tron does, from its decoded bytes.
pub(super) fn of_tron_call(judgement: &TronCallJudgement) -> Statement {
    let call = judgement.call();
    let mut statement = Statement::new(title(&call.action));
    statement.push("from", show(call.owner), Origin::Agreed);
    push_action(&call.action, show, &mut statement);
    statement.push("fee limit (sun)", call.fee_limit, Origin::Bounded);
    statement.push("expiration (Unix seconds)", call.expiration(), Origin::Bounded);
    let (bytes, hash) = (hex::encode(call.ref_block_bytes), hex::encode(call.ref_block_hash));
    statement.push("behind the block", format_args!("{bytes} {hash}"), Origin::Context);
    let facts: Vec<&str> = judgement.not_judged().iter().map(|fact| fact.as_str()).collect();
    if !facts.is_empty() {
        statement.push("not judged", facts.join(", "), Origin::Context);
    }
    statement.push("transaction id", hex::encode(judgement.digest()), Origin::Context);
    statement
}
