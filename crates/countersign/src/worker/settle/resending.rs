//! When an approval is sent again: the same bytes, ever more seldom.

use std::time::Duration;

use countersign_api_types::defi::Status;
use countersign_journal::{Answer, Outcome};

use crate::worker::drive::{Drive, Next};
use crate::worker::{WorkError, later};

/// How long after a submission that was taken the counterparty may still say that there is none.
const TAKEN_LAG: Duration = Duration::from_secs(30);
/// The same, where no answer came.
const LOST_LAG: Duration = Duration::from_millis(500);
/// The same, where the status can't be asked either.
const BLIND_LAG: Duration = Duration::from_secs(2);

/// The longest wait before an approval is sent again.
const LONGEST_LAG: Duration = Duration::from_hours(1);

impl Drive<'_> {
    /// Sends an approval again that did not arrive, as long as it can be used.
    pub(super) async fn not_arrived(&mut self) -> Result<Next, WorkError> {
        if self.deposit().is_some() {
            return self.not_paid_in().await;
        }
        let now = self.now();
        if let Some(Answer::Declined { message, .. }) = &self.known.answer {
            let reason = format!("the approval was declined: {}", message.as_str());
            return self.close(Outcome::Failed, reason).await;
        }
        if self.is_past(Duration::ZERO) {
            return self.close(Outcome::Expired, "it was not approved in time").await;
        }
        let lag = match &self.known.answer {
            Some(Answer::Taken) => TAKEN_LAG,
            Some(Answer::Lost { .. } | Answer::Declined { .. }) | None => LOST_LAG,
        };
        let lag = self.doubled(lag);
        let sent = self.known.submitted_at.unwrap_or(now);
        if now < later(sent, lag) || !self.is_wanted() {
            self.commit_in_time().await?;
            return Ok(self.in_about(lag));
        }
        self.submit_next(self.known.attempts.saturating_add(1)).await
    }

    /// Waits for a deposit that its chain decides about.
    async fn not_paid_in(&mut self) -> Result<Next, WorkError> {
        if self.is_past(Duration::ZERO) {
            return self.close(Outcome::Expired, "it was not paid in in time").await;
        }
        self.wait().await
    }

    /// Says whether the stored bytes may be sent again without a word of the counterparty: they are
    /// the same, and it has not said that it has them.
    pub(super) fn may_be_sent_blindly(&self) -> bool {
        let known = &self.known;
        let unanswered = !matches!(known.answer, Some(Answer::Taken | Answer::Declined { .. }));
        let untouched = known.seen.as_ref().is_none_or(|seen| seen.status == Status::Created);
        let lag = self.doubled(BLIND_LAG);
        let late = known.submitted_at.is_some_and(|sent| self.now() >= later(sent, lag));
        unanswered && untouched && late && self.is_wanted() && !self.is_past(Duration::ZERO)
    }

    /// Returns how long to wait before an approval is sent again: twice as long after each time.
    pub(in crate::worker) fn doubled(&self, lag: Duration) -> Duration {
        let times = 1_u32.checked_shl(self.known.attempts).unwrap_or(u32::MAX);
        lag.saturating_mul(times).min(LONGEST_LAG)
    }

    /// Says whether the counterparty still wants an approval: not after the intent's deadline, though
    /// a PSBT could be used until its coins are spent.
    fn is_wanted(&self) -> bool {
        let now = self.now().to_seconds();
        self.known.deadline().is_none_or(|deadline| now <= deadline)
    }
}
