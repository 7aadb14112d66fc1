//! Has a person decide about what was verified, where policy asks for it.

use std::time::Duration;

use countersign_approval::{Decision, ReviewRequest};
use tokio::time::timeout;

use super::Countersign;
use crate::bind::BoundPayload;
use crate::steps::{Bound, Reviewed, Verified};
use crate::{Evidence, FlowError};

/// How long a reviewer may take.
const REVIEW_DEADLINE: Duration = Duration::from_mins(10);

impl Countersign {
    /// Has a person approve the statement, where policy asks for it. A deposit is drafted and verified
    /// anew then: a review takes minutes, and the chain does not wait.
    ///
    /// # Errors
    ///
    /// Returns [`FlowError::NotApproved`] if the reviewer denies, does not answer in time, or is
    /// not there, and what [`verify`](Self::verify) returns.
    pub async fn review(&self, verified: Verified) -> Result<Reviewed, FlowError> {
        match self.decide(&verified).await? {
            Some(Decision::Deny { by, reason }) => {
                Err(FlowError::NotApproved(format!("{by} denied it: {reason}")))
            }
            None => Ok(Reviewed { verified }),
            Some(Decision::Approve { .. }) => {
                let approved = verified.review_digest();
                let verified = match Self::bound_again(verified) {
                    Ok(bound) => self.verify(bound).await?,
                    Err(verified) => *verified,
                };
                require_reviewed(&verified, approved)?;
                Ok(Reviewed { verified })
            }
        }
    }

    /// Says whether a person has to approve it.
    pub(crate) fn needs_review(&self, verified: &Verified) -> Result<bool, FlowError> {
        let source = verified.evidence.source();
        Ok(self.config.policy()?.needs_review(&source.token, source.amount))
    }

    /// Has a person decide, where policy asks for it.
    pub(crate) async fn decide(&self, verified: &Verified) -> Result<Option<Decision>, FlowError> {
        self.require_own(verified.maker)?;
        if !self.needs_review(verified)? {
            return Ok(None);
        }
        let Some(reviewer) = &self.reviewer else {
            let amount = verified.evidence.source().describe();
            return Err(FlowError::NotApproved(format!(
                "policy wants {amount} reviewed, and there is no reviewer"
            )));
        };
        let statement = verified.statement();
        let (swap_id, digest) = (verified.evidence.swap_id(), verified.review_digest());
        let request = ReviewRequest { swap_id, statement: &statement, digest };
        let decided = timeout(REVIEW_DEADLINE, reviewer.review(&request)).await;
        decided.map(Some).map_err(|_| FlowError::NotApproved("no answer in time".to_owned()))
    }

    /// Takes the transaction away from a deposit, so that another one is drafted. What was not drafted
    /// by us stays as it is.
    pub(crate) fn bound_again(verified: Verified) -> Result<Bound, Box<Verified>> {
        match verified {
            Verified { maker, intent_id, evidence, deposit: Some(deposit), .. }
                if !matches!(evidence, Evidence::Intent(_)) =>
            {
                Ok(Bound { maker, intent_id, payload: BoundPayload::Deposit(deposit) })
            }
            verified => Err(Box::new(verified)),
        }
    }
}

/// Requires what a person has approved.
pub(crate) fn require_reviewed(verified: &Verified, approved: [u8; 32]) -> Result<(), FlowError> {
    if verified.review_digest() == approved {
        return Ok(());
    }
    Err(FlowError::NotApproved("other terms than those that were approved".to_owned()))
}
