use std::sync::Arc;

use countersign_approval::{Code, Fact, IntentNonceRule, Refusal};
use countersign_near::{IntentOwner, intent_terms};

use super::bound::refuse;
use super::{BoundDeposit, Draft};
use crate::IntentSource;

/// The facts that only a view of the intents contract could tell.
const FACTS: [Fact; 3] = [Fact::IntentSalt, Fact::IntentNonce, Fact::IntentKey];

/// Takes the payload that the API generated, and says what it has to be: the one transfer that the
/// proven quote asks for.
pub(crate) fn intent_draft(
    deposit: &BoundDeposit,
    source: &IntentSource,
) -> Result<Draft, Refusal> {
    let agreed = &deposit.agreed;
    let (latest_deadline, bound) = agreed.max_intent;
    let facts = agreed.require_facts.iter().copied().filter(|fact| FACTS.contains(fact));
    let owner = IntentOwner {
        standard: source.standard,
        key: source.key,
        signer_id: source.account.clone(),
        verifying_contract: source.verifying_contract.clone(),
        nonce: IntentNonceRule::Versioned { salts: source.salts.clone() },
        latest_deadline: Some(latest_deadline),
        bound: Some(bound),
        min_remaining: agreed.min_remaining,
        require_facts: facts.collect(),
        max_clock_skew: agreed.max_clock_skew,
    };
    let terms = Arc::new(intent_terms(&deposit.quote, owner)?);
    let none = || refuse(Code::Malformed, "intent", "a generated intent", "none");
    let payload = deposit.intent.clone().ok_or_else(none)?;
    Ok(Draft::Intent { terms, payload })
}
