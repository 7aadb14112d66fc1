//! Submits an approval, the same bytes each time, until it is known to have arrived.

use std::time::Duration;

use countersign_api_types::defi::Status;
use countersign_http_client::Retry;
use countersign_units::UnixSeconds;

use super::Countersign;
use crate::api::OTHER_INTENT;
use crate::{ApiError, FlowError, Signed, Step, Submission};

/// How often an approval is sent whose fate is unknown. Each time are the same bytes.
const SUBMISSIONS: u32 = 3;
/// How often a deposit is sent that its chain's node does not take: that may be for a moment.
const SENDINGS: u32 = 6;
/// How long to wait before it is sent again, and how long at most.
const SUBMISSION_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Whether an approval whose submission failed has arrived.
enum Arrival {
    Arrived,
    NotArrived,
    Unknown,
}

impl Countersign {
    /// Submits the approval.
    ///
    /// Where an answer is lost, asks for the status, and sends the same bytes again only after the
    /// API has said that they did not arrive. A deposit is sent again whatever its node or the API
    /// says, some times, and not after the deadline of its quote.
    ///
    /// # Errors
    ///
    /// Returns [`FlowError::TooLate`] if nothing was sent, or [`FlowError::Api`]. The approval may be
    /// submitted again: it is still the same one.
    pub async fn approve(&self, approval: &Signed) -> Result<(), FlowError> {
        self.require_own(approval.maker)?;
        if let Some(deadline) = self.passed(approval) {
            return Err(FlowError::TooLate { deadline });
        }
        let is_deposit = approval.evidence.is_deposit();
        let mut sent = 0_u32;
        loop {
            sent = sent.saturating_add(1);
            let Err(error) = self.submit(approval).await else { return Ok(()) };
            let again = if is_deposit {
                sent < SENDINGS && self.passed(approval).is_none()
            } else {
                match self.arrival(approval, &error, sent).await {
                    Arrival::Arrived => return Ok(()),
                    Arrival::NotArrived => error.retry != Retry::Never && sent < SUBMISSIONS,
                    Arrival::Unknown => false,
                }
            };
            let usual =
                if is_deposit { doubled(sent) } else { SUBMISSION_PAUSE.saturating_mul(sent) };
            let pause = error.retry_after.unwrap_or(usual);
            if !again || pause > LONGEST_PAUSE {
                return Err(FlowError::Api { step: Step::Approve, source: error });
            }
            tracing::warn!(code = error.code, sent, "the approval did not arrive");
            tokio::time::sleep(pause).await;
        }
    }

    /// Returns the deadline of the quote, where it is over: what is sent then is swapped by nobody.
    fn passed(&self, approval: &Signed) -> Option<UnixSeconds> {
        approval.fund_by.filter(|deadline| self.now() > *deadline)
    }

    async fn submit(&self, approval: &Signed) -> Result<(), ApiError> {
        let network = &approval.evidence.source().network;
        self.let_out(network, &approval.intent_id, &approval.signature.to_submission()).await
    }

    /// Lets out what was signed. A deposit goes to its chain, and that is what counts: that the API
    /// is told of it only makes it faster.
    pub(crate) async fn let_out(
        &self,
        network: &str,
        intent_id: &str,
        submission: &Submission,
    ) -> Result<(), ApiError> {
        let Submission::Deposit(sent) = submission else {
            return self.api.submit(intent_id, submission).await;
        };
        self.send(network, sent).await?;
        if let Err(error) = self.api.submit(intent_id, submission).await {
            tracing::warn!(
                code = error.code,
                "the deposit is sent, and the API was not told of it"
            );
        }
        Ok(())
    }

    /// Finds out whether an approval arrived whose submission failed.
    async fn arrival(&self, approval: &Signed, error: &ApiError, sent: u32) -> Arrival {
        // What was taken under another name is not known to be ours, whatever the status says.
        if error.code == OTHER_INTENT {
            return Arrival::Unknown;
        }
        // A second submission may be declined because the first one was taken after all.
        let sure = error.retry != Retry::AskFirst && sent == 1;
        if sure {
            return Arrival::NotArrived;
        }
        match self.api.status(&approval.intent_id).await {
            Ok(seen) if seen.status == Status::Created => Arrival::NotArrived,
            Ok(_) => Arrival::Arrived,
            Err(_) => Arrival::Unknown,
        }
    }
}

/// Returns how long to wait before a deposit is sent again: twice as long after each time.
fn doubled(sent: u32) -> Duration {
    let times = 1_u32.checked_shl(sent.saturating_sub(1)).unwrap_or(u32::MAX);
    SUBMISSION_PAUSE.saturating_mul(times).min(LONGEST_PAUSE)
}
