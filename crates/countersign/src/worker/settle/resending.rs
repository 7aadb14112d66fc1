//! When an approval, or a signed intent, is sent again: the same bytes, ever more seldom.

use std::time::Duration;

use countersign_api_types::defi::Status;
use countersign_journal::{Answer, Outcome};

use crate::ApiError;
use crate::api::OTHER_INTENT;
use crate::worker::drive::{Drive, Next};
use crate::worker::known::FORGOTTEN;
use crate::worker::{WorkError, later};

/// How long after a submission that was taken the counterparty may still say that there is none.
const TAKEN_LAG: Duration = Duration::from_secs(30);
/// The same, where no answer came.
const LOST_LAG: Duration = Duration::from_millis(500);
/// The same, where no status came either.
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
        if now < later(sent, lag) || !self.is_wanted() || self.may_be_taken_as_another() {
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

    /// Says whether the stored bytes may be sent again though no status came.
    ///
    /// An approval may be, in silence: wherever it arrives, it can be used once. A signed intent is never
    /// handed in again but on the counterparty's word that it knows of none. Of a deposit its chain
    /// decides.
    pub(super) fn may_be_sent_without_status(&self, error: &ApiError) -> bool {
        let knows_none = error.code == FORGOTTEN;
        let may = if self.is_intent() {
            knows_none && !self.known.moved && !self.may_be_taken_as_another()
        } else {
            !knows_none && self.deposit().is_none()
        };
        may && self.is_unheard()
    }

    /// Says whether the counterparty has not said for a while that it has what it was sent.
    fn is_unheard(&self) -> bool {
        let known = &self.known;
        let unanswered = !matches!(known.answer, Some(Answer::Taken | Answer::Declined { .. }));
        let untouched = known.seen.as_ref().is_none_or(|seen| seen.status == Status::Created);
        let lag = self.doubled(BLIND_LAG);
        let late = known.submitted_at.is_some_and(|sent| self.now() >= later(sent, lag));
        unanswered && untouched && late && self.is_wanted() && !self.is_past(Duration::ZERO)
    }

    /// Says whether an intent was answered with the name of another one: it may have been taken, whatever
    /// the status says, and is not handed in again.
    fn may_be_taken_as_another(&self) -> bool {
        let answer = self.known.answer.as_ref();
        let is_other = |code: &str| code == OTHER_INTENT;
        matches!(answer, Some(Answer::Lost { code }) if is_other(code.as_str()))
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
