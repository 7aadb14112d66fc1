use countersign_approval::{Fact, Origin, Statement};

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
    statement.push("deadline (Unix seconds)", intent.valid_until(), Origin::Bounded);
    statement.push("nonce", hex::encode(intent.nonce()), Origin::Claimed);
    let facts: Vec<&str> = intent.not_judged().iter().copied().map(Fact::as_str).collect();
    if !facts.is_empty() {
        statement.push("not judged", facts.join(", "), Origin::Context);
    }
    statement.push("intent hash", intent.digest(), Origin::Context);
    statement.push_swap(intent.terms());
    statement
}
