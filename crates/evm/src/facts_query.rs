use countersign_approval::{EvmFacts, EvmFactsQuery, Permit2Terms};
use countersign_units::UnixSeconds;

use crate::{PermitPayload, VerifyError, judge};

/// Returns what a chain has to be asked about a payload that is acceptable as far as can be seen
/// without the chain.
///
/// # Errors
///
/// Returns the [`VerifyError`] of a payload that no fact could make acceptable.
pub fn facts_query(
    payload: &PermitPayload,
    terms: &Permit2Terms,
    now: UnixSeconds,
) -> Result<EvmFactsQuery, VerifyError> {
    let terms = Permit2Terms { require_facts: Vec::new(), ..terms.clone() };
    let judgement = judge(payload, &terms, &EvmFacts::default(), now)?;
    let permit = judgement.permit();
    Ok(EvmFactsQuery {
        chain_id: permit.chain_id(),
        permit2: permit.permit2(),
        owner: permit.owner(),
        token: permit.token(),
        spender: permit.spender(),
        nonce: permit.nonce(),
    })
}
