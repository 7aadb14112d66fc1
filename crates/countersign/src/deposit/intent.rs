use std::sync::Arc;

use countersign_approval::{Code, Fact, IntentNonceRule, Refusal};
use countersign_near::{IntentOwner, intent_terms};

use super::bound::refuse;
use super::{BoundDeposit, Draft};
use crate::IntentSource;

/// The facts that only a view of the intents contract could tell.
const FACTS: [Fact; 3] = [Fact::IntentSalt, Fact::IntentNonce, Fact::IntentKey];

/// For how long after the deadline of a quote its address lives, and an intent for it can be carried
/// out: that is what the API asks for, and more is not signed.
const ADDRESS_LIVES_SECONDS: u64 = 72 * 3_600;

/// Takes the payload that the API generated, and says what it has to be: the one transfer that the
/// proven quote asks for.
pub(crate) fn intent_draft(
    deposit: &BoundDeposit,
    source: &IntentSource,
) -> Result<Draft, Refusal> {
    let agreed = &deposit.agreed;
    let facts = agreed.require_facts.iter().copied().filter(|fact| FACTS.contains(fact));
    let owner = IntentOwner {
        standard: source.standard,
        key: source.key,
        signer_id: source.account.clone(),
        verifying_contract: source.verifying_contract.clone(),
        nonce: IntentNonceRule::Versioned { salts: source.salts.clone() },
        latest_deadline: Some(agreed.max_deadline.saturating_add(ADDRESS_LIVES_SECONDS)),
        min_remaining: agreed.min_remaining,
        require_facts: facts.collect(),
        max_clock_skew: agreed.max_clock_skew,
    };
    let terms = Arc::new(intent_terms(&deposit.quote, owner)?);
    let none = || refuse(Code::Malformed, "intent", "a generated intent", "none");
    let payload = deposit.intent.clone().ok_or_else(none)?;
    Ok(Draft::Intent { terms, payload })
}
