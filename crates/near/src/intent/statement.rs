use countersign_approval::{Fact, IntentBound, Origin, Statement};

use super::VerifiedIntent;

/// Says what an intent allows, from its decoded values.
pub(crate) fn of_intent(intent: &VerifiedIntent) -> Statement {
    let mut statement = Statement::new("NEAR intent: one transfer inside the intents contract");
    statement.push("contract", intent.verifying_contract(), Origin::Pinned);
    statement.push("signer", intent.signer_id(), Origin::Agreed);
    statement.push("standard", intent.standard().as_str(), Origin::Agreed);
    statement.push("receiver (deposit address)", intent.receiver_id(), Origin::Agreed);
    statement.push("token", intent.token(), Origin::Agreed);
    statement.push("amount (base units)", intent.amount(), Origin::Agreed);
    for (label, text) in
        [("memo", &intent.terms().approval.memo), ("message", &intent.terms().approval.msg)]
    {
        if let Some(text) = text {
            statement.push(label, text, Origin::Agreed);
        }
    }
    push_deadline(&mut statement, intent);
    statement.push("nonce", hex::encode(intent.nonce()), Origin::Claimed);
    let facts: Vec<&str> = intent.not_judged().iter().copied().map(Fact::as_str).collect();
    if !facts.is_empty() {
        statement.push("not judged", facts.join(", "), Origin::Context);
    }
    statement.push("intent hash", intent.digest(), Origin::Context);
    statement.push_swap(intent.terms());
    statement
}

/// Says until when the intent can be carried out, and what bounded that.
fn push_deadline(statement: &mut Statement, intent: &VerifiedIntent) {
    let terms = &intent.terms().approval;
    let origin = if terms.bound.is_some() { Origin::Bounded } else { Origin::Agreed };
    statement.push("deadline (Unix seconds)", intent.valid_until(), origin);
    let by = terms.bound.map_or("what was agreed", IntentBound::as_str);
    let bound = format_args!("{by}, here {}", terms.latest_deadline);
    statement.push("deadline bounded by", bound, Origin::Context);
    statement.push("can be cancelled", "no: it lives until its deadline", Origin::Context);
}
