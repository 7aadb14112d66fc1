//! Verifies a payload, with what the chain says where there is a view of it.

use std::sync::Arc;
use std::time::Duration;

use countersign_approval::{ChainViewError, EvmFacts, Permit2Terms, Terms};
use countersign_evm::{VerifyError, facts_query, verify};
use tokio::time::timeout;

use super::Countersign;
use crate::{Bound, FlowError, MissingAllowance, Verified};

/// How long a view of a chain may take.
const CHAIN_DEADLINE: Duration = Duration::from_secs(30);

impl Countersign {
    /// Reads the facts of the source chain and compares the payload with them and with the terms.
    ///
    /// Without a view of that network's chain there are no facts, and a policy that requires some
    /// refuses.
    ///
    /// # Errors
    ///
    /// Returns [`FlowError::Refused`] with every violation, [`FlowError::Chain`] if the chain can't
    /// be asked, or [`FlowError::Allowance`] if nothing but the token's allowance is missing.
    pub async fn verify(&self, bound: Bound) -> Result<Verified, FlowError> {
        let facts = self.facts(&bound).await?;
        self.verify_with(bound, &facts)
    }

    /// Reads the facts that a payload has to be judged by; none where there is no view of the
    /// chain.
    ///
    /// # Errors
    ///
    /// Returns [`FlowError::Refused`] for a payload that no fact could make acceptable, or
    /// [`FlowError::Chain`].
    pub async fn facts(&self, bound: &Bound) -> Result<EvmFacts, FlowError> {
        self.require_own(bound.maker)?;
        let terms = bound.terms();
        let Some(view) = self.chains.get(&terms.source.network) else {
            return Ok(EvmFacts::default());
        };
        let query = facts_query(bound.payload(), &terms.approval, self.now())?;
        let facts = timeout(CHAIN_DEADLINE, view.facts(&query)).await.unwrap_or_else(|_| {
            Err(ChainViewError::Unavailable(format!("no answer in {CHAIN_DEADLINE:?}")))
        });
        facts.map_err(|source| {
            let network = terms.source.network.clone();
            FlowError::Chain { network, source }
        })
    }

    /// Compares the payload with the terms and with facts of the chain, and makes evidence of it.
    ///
    /// # Errors
    ///
    /// Returns [`FlowError::Refused`] with every violation.
    pub fn verify_with(&self, bound: Bound, facts: &EvmFacts) -> Result<Verified, FlowError> {
        let Bound { maker, intent_id, terms, payload } = bound;
        self.require_own(maker)?;
        let permit = verify(payload, &terms, facts, self.now());
        let permit = permit.map_err(|error| missing_allowance(error, &terms, facts))?;
        Ok(Verified { maker, intent_id, permit: Arc::new(permit) })
    }
}

/// Tells an allowance that is too small, and nothing else, from other refusals.
fn missing_allowance(
    error: VerifyError,
    terms: &Terms<Permit2Terms>,
    facts: &EvmFacts,
) -> FlowError {
    let missing = match &error {
        VerifyError::Refused(refusal) => MissingAllowance::of(refusal, terms, facts),
        VerifyError::Terms(_) => None,
    };
    missing.map_or_else(|| error.into(), |missing| FlowError::Allowance(Box::new(missing)))
}
