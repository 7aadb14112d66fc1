//! Submits an approval, the same bytes each time, until it is known to have arrived.

use std::time::Duration;

use countersign_api_types::defi::Status;
use countersign_http_client::Retry;

use super::Countersign;
use crate::{ApiError, FlowError, Signed, Step, Submission};

/// How often an approval is sent whose fate is unknown. Each time are the same bytes.
const SUBMISSIONS: u32 = 3;
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
    /// API has said that they did not arrive.
    ///
    /// # Errors
    ///
    /// Returns [`FlowError::Api`]. The approval may be submitted again: it is still the same one.
    pub async fn approve(&self, approval: &Signed) -> Result<(), FlowError> {
        self.require_own(approval.maker)?;
        let mut sent = 0_u32;
        loop {
            sent = sent.saturating_add(1);
            let Err(error) = self.submit(approval).await else { return Ok(()) };
            let again = match self.arrival(approval, &error, sent).await {
                Arrival::Arrived => return Ok(()),
                Arrival::NotArrived => error.retry != Retry::Never && sent < SUBMISSIONS,
                Arrival::Unknown => false,
            };
            let pause = error.retry_after.unwrap_or(SUBMISSION_PAUSE.saturating_mul(sent));
            if !again || pause > LONGEST_PAUSE {
                return Err(FlowError::Api { step: Step::Approve, source: error });
            }
            tracing::warn!(code = error.code, sent, "the approval did not arrive");
            tokio::time::sleep(pause).await;
        }
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
