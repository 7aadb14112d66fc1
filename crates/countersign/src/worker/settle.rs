//! An approval from its signature to the swap's end.

use std::time::Duration;

use countersign_api_types::defi::Status;
use countersign_journal::{Answer, Label, Note, Outcome, State, What};
use countersign_units::{UnixMillis, UnixSeconds};

use super::death::Fate;
use super::drive::{Drive, Next};
use super::known::FORGOTTEN;
use super::refund::Kept;
use super::{WorkError, later, records};
use crate::http_client::Retry;
use crate::{ApiError, Event, Step, SwapStatus};

/// How long after a submission that was taken the counterparty may still say that there is none.
const TAKEN_LAG: Duration = Duration::from_secs(30);
/// The same, where no answer came.
const LOST_LAG: Duration = Duration::from_millis(500);
/// The same, where the status can't be asked either.
const BLIND_LAG: Duration = Duration::from_secs(2);

/// The longest wait before an approval is sent again.
const LONGEST_LAG: Duration = Duration::from_hours(1);

/// What its chain says of a deposit that is in no block, while its nonce is used up.
const REPLACED: &str = "another transaction seems to have taken the deposit's nonce";

/// Says whether funds moved, by a counterparty's word.
pub(super) const fn has_moved(seen: &SwapStatus) -> bool {
    let status = &seen.status;
    seen.deposit_tx.is_some()
        || matches!(
            status,
            Status::Deposited | Status::Incomplete | Status::Finished | Status::RefundRequested
        )
}

impl Drive<'_> {
    /// Lets the approval out if that was not done, and asks how far the swap is.
    pub(super) async fn settle(&mut self) -> Result<Next, WorkError> {
        if self.known.cancel.is_some() {
            return self.go_on_cancelling().await;
        }
        if self.known.state == State::Signed {
            if self.is_too_late() {
                return self.never_send().await;
            }
            return self.submit_next(1).await;
        }
        if std::mem::take(&mut self.unsent) {
            self.submit().await?;
        }
        if let Some(next) = self.look_after_coins().await? {
            return Ok(next);
        }
        if let Some(next) = self.look_after_deposit().await? {
            return Ok(next);
        }
        let Some(intent_id) = self.known.intent_id().cloned() else {
            return Err(WorkError::Unreadable("an intent's id"));
        };
        match self.flow().api().status(intent_id.as_str()).await {
            Ok(seen) => {
                self.hit();
                let seen = self.as_ours(seen)?;
                self.note_seen(&seen)?;
                self.decide(&seen).await
            }
            Err(error) => self.no_status(&error).await,
        }
    }

    /// Writes down that the approval is about to be let out.
    pub(super) async fn submit_next(&mut self, attempt: u32) -> Result<Next, WorkError> {
        self.note(What::Submitted { attempt })?;
        self.commit().await?;
        self.unsent = true;
        Ok(Next::Now)
    }

    /// Lets the approval out: the stored bytes, the same each time.
    async fn submit(&mut self) -> Result<(), WorkError> {
        let Some(approval) = &self.known.approval else {
            return Err(WorkError::Unreadable("an approval"));
        };
        let submission = records::submission(&approval.bytes);
        if self.is_too_late() {
            return self.note_late();
        }
        let intent_id = approval.intent_id.clone();
        self.require_lease()?;
        self.tell(Event::Began(Step::Approve));
        let network = self.known.request.source.network.as_str();
        let sending = self.flow().let_out(network, intent_id.as_str(), &submission);
        let answer = sending.await;
        match answer {
            Ok(()) => self.note(What::Answered(Answer::Taken)),
            Err(error) => self.note_answer(&error),
        }
    }

    fn note_answer(&mut self, error: &ApiError) -> Result<(), WorkError> {
        let code = Label::new(error.code)?;
        match error.retry {
            Retry::Never => {
                let message = Note::whole(error);
                self.note(What::Answered(Answer::Declined { code, message }))
            }
            Retry::AskFirst => self.note(What::Answered(Answer::Lost { code })),
            // Nothing arrived.
            Retry::Safe => self.note_failure(Step::Approve, error.code, error),
        }
    }

    pub(super) fn note_seen(&mut self, seen: &SwapStatus) -> Result<(), WorkError> {
        let what = records::status(seen)?;
        // What can't be written down as it was said is compared as it is written.
        let written = match &what {
            What::Status { status, deposit_tx, payout_tx } => {
                records::seen(status, deposit_tx.as_ref(), payout_tx.as_ref())
            }
            _ => seen.clone(),
        };
        let same = self.known.seen.as_ref() == Some(&written);
        if !same || self.known.forgotten_since.is_some() {
            self.tell(Event::Status(seen));
            self.note(what)?;
        }
        if has_moved(seen) && !self.known.moved {
            self.known.moved = true;
            // It decides how the swap ends, so it is not left to a later word.
            self.news = true;
        }
        Ok(())
    }

    /// Decides what a status leads to.
    async fn decide(&mut self, seen: &SwapStatus) -> Result<Next, WorkError> {
        let moved = self.known.moved;
        match &seen.status {
            Status::Finished => self.finish(seen).await,
            Status::Refunded | Status::Failed | Status::Expired if self.coins_may_come_back() => {
                self.wait().await
            }
            Status::Refunded => self.close(Outcome::Refunded, "the funds came back").await,
            Status::Failed | Status::Expired if moved => {
                let reason = format!("{} after funds had moved", seen.status);
                self.dispute(reason).await
            }
            Status::Failed => self.close(Outcome::Failed, "the counterparty declined it").await,
            Status::Expired => self.close(Outcome::Expired, "not carried out in time").await,
            Status::Created => self.not_arrived().await,
            Status::Incomplete => {
                self.note_incomplete()?;
                self.on_its_way(seen).await
            }
            _ => self.on_its_way(seen).await,
        }
    }

    /// Ends a swap that was carried out, where the chain does not say otherwise.
    async fn finish(&mut self, seen: &SwapStatus) -> Result<Next, WorkError> {
        // In this order: what is funded between the two questions is seen by the second.
        let used = self.used().await;
        if self.may_lie_unclaimed().await {
            return self.wait().await;
        }
        if matches!(self.recipe(), Kept::Unreadable) {
            let reason = "Finished, says the counterparty, but the refund recipe can't be read";
            return self.end(Outcome::Disputed, reason).await;
        }
        if used == Some(false) {
            if self.is_past(self.worker.options.grace) && !self.stays_open().await? {
                let reason = "Finished, says the counterparty; the chain has not used the approval";
                return self.end(Outcome::Disputed, reason).await;
            }
            return self.wait().await;
        }
        if used.is_none()
            && let Some(next) = self.contradicted().await?
        {
            return Ok(next);
        }
        if let Some(reason) = self.underpaid(seen) {
            return self.end(Outcome::Disputed, reason).await;
        }
        self.end(Outcome::Finished, "the recipient was paid").await
    }

    /// Does not believe that a swap was carried out whose deposit its chain can't be asked about, or does
    /// not have: it may still be mined, and nobody would look after it.
    async fn contradicted(&mut self) -> Result<Option<Next>, WorkError> {
        if self.deposit().is_none() {
            return Ok(None);
        }
        match self.fate().await {
            Fate::Used(_) | Fate::Over(_) => Ok(None),
            // The next look says that it was not used.
            Fate::Dead(_) => self.wait().await.map(Some),
            Fate::Live => {
                if self.is_too_late() {
                    self.note_late()?;
                }
                self.wait().await.map(Some)
            }
            Fate::Replaced(death) => {
                self.note(What::Dead(death))?;
                let reason = format!("Finished, says the counterparty; {REPLACED}");
                self.end(Outcome::Disputed, reason).await.map(Some)
            }
        }
    }

    /// Waits. What was said is written at once if an approval was let out since, else now and then.
    pub(super) async fn wait(&mut self) -> Result<Next, WorkError> {
        self.commit_in_time().await?;
        Ok(self.in_pace())
    }

    /// Sends an approval again that did not arrive, as long as it can be used.
    async fn not_arrived(&mut self) -> Result<Next, WorkError> {
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
    fn may_be_sent_blindly(&self) -> bool {
        let known = &self.known;
        let unanswered = !matches!(known.answer, Some(Answer::Taken | Answer::Declined { .. }));
        let untouched = known.seen.as_ref().is_none_or(|seen| seen.status == Status::Created);
        let lag = self.doubled(BLIND_LAG);
        let late = known.submitted_at.is_some_and(|sent| self.now() >= later(sent, lag));
        unanswered && untouched && late && self.is_wanted() && !self.is_past(Duration::ZERO)
    }

    /// Returns how long to wait before an approval is sent again: twice as long after each time.
    pub(super) fn doubled(&self, lag: Duration) -> Duration {
        let times = 1_u32.checked_shl(self.known.attempts).unwrap_or(u32::MAX);
        lag.saturating_mul(times).min(LONGEST_LAG)
    }

    /// Says whether the counterparty still wants an approval: not after the intent's deadline, though
    /// a PSBT could be used until its coins are spent.
    fn is_wanted(&self) -> bool {
        let now = self.now().to_seconds();
        self.known.deadline().is_none_or(|deadline| now <= deadline)
    }

    /// Waits for a swap that goes on, but not for ever.
    async fn on_its_way(&mut self, seen: &SwapStatus) -> Result<Next, WorkError> {
        let options = &self.worker.options;
        if self.is_past(options.patience)
            && !self.coins_may_come_back()
            && !self.stays_open().await?
        {
            let reason = format!("no end long after its deadline; last seen {}", seen.status);
            return self.end(Outcome::Disputed, reason).await;
        }
        if !self.known.moved && self.is_past(options.grace) {
            return self.close(Outcome::Expired, "not carried out in time").await;
        }
        self.wait().await
    }

    /// Waits for an API that does not answer, or does not know the swap.
    async fn no_status(&mut self, error: &ApiError) -> Result<Next, WorkError> {
        if error.code == FORGOTTEN && self.known.forgotten_since.is_none() {
            self.note_failure(Step::Track, FORGOTTEN, error)?;
        }
        self.commit_in_time().await?;
        if error.code != FORGOTTEN && self.deposit().is_none() && self.may_be_sent_blindly() {
            return self.submit_next(self.known.attempts.saturating_add(1)).await;
        }
        if self.coins_may_come_back() {
            return Ok(self.after_miss());
        }
        let options = &self.worker.options;
        let forgotten = |since: UnixMillis| self.now() >= later(since, options.patience);
        let forgotten = self.known.forgotten_since.is_some_and(forgotten);
        let over = forgotten || self.is_past(options.patience);
        if over && self.stays_open().await? {
            self.commit_in_time().await?;
            return Ok(self.after_miss());
        }
        if forgotten {
            return self.end(Outcome::Disputed, "the counterparty does not know it any more").await;
        }
        if self.is_past(options.patience) {
            let reason = format!("the counterparty can't be asked: {error}");
            return self.end(Outcome::Disputed, reason).await;
        }
        Ok(self.after_miss())
    }

    /// Ends a swap that nothing was paid for, as soon as its approval can't be used any more.
    pub(super) async fn close(
        &mut self,
        outcome: Outcome,
        reason: impl std::fmt::Display + Send,
    ) -> Result<Next, WorkError> {
        // Whatever is said, as long as our coins may lie where they can be taken back.
        if self.coins_may_come_back() {
            return self.wait().await;
        }
        if let Some(blind) = self.blind_to_coins() {
            let reason = format!("{reason}; coins may lie in the output, but {blind}");
            return self.end(Outcome::Disputed, reason).await;
        }
        match self.fate().await {
            // It has arrived, and the status lags behind.
            Fate::Used(_) if self.lags() => self.wait().await,
            Fate::Dead(death) => {
                self.note(What::Dead(death))?;
                self.end_and_release(outcome, reason).await
            }
            // Limits are freed by proof alone: what may have been used stays counted, for a day.
            Fate::Over(death) => {
                self.note(What::Dead(death))?;
                self.end(outcome, reason).await
            }
            // Some node may only not have the block of the deposit: it is no proof of anything.
            Fate::Replaced(death) => {
                self.note(What::Dead(death))?;
                self.end(Outcome::Disputed, format!("{reason}; {REPLACED}")).await
            }
            // That the funds went is no contradiction; that they came back is believed.
            Fate::Used(death) if outcome == Outcome::Refunded => {
                self.note(What::Dead(death))?;
                self.end(outcome, format!("{reason}, says the counterparty")).await
            }
            Fate::Used(death) => {
                self.note(What::Dead(death))?;
                let reason = format!("{reason}, says the counterparty; the chain has used it");
                self.end(Outcome::Disputed, reason).await
            }
            Fate::Live if self.deposit().is_some() => {
                if self.is_too_late() {
                    self.note_late()?;
                }
                self.wait().await
            }
            // Somebody can still make it useless, and has to: nothing else ends it in time.
            Fate::Live if self.is_cancellable() => {
                self.note_live()?;
                self.wait().await
            }
            Fate::Live if self.is_past(self.worker.options.patience) => {
                let reason = format!("{reason}; its approval can still be used, its limits stay");
                self.end(outcome, reason).await
            }
            Fate::Live => self.wait().await,
        }
    }

    /// Says whether the counterparty has not noticed an approval yet that was used.
    fn lags(&self) -> bool {
        let untouched = |seen: &SwapStatus| seen.status == Status::Created;
        self.known.seen.as_ref().is_some_and(untouched) && !self.is_past(self.worker.options.grace)
    }

    /// Says whether the last moment at which something may still happen is so long ago: the
    /// intent's deadline, the approval's, and the time from which coins can be taken back.
    pub(super) fn is_past(&self, by: Duration) -> bool {
        let deadline = self.known.deadline().map_or(0, UnixSeconds::value);
        let valid_until = self.known.approval.as_ref().map_or(0, |it| it.valid_until.value());
        // One without an end is bounded by the intent's.
        let valid_until = if valid_until == u64::MAX { 0 } else { valid_until };
        let last = deadline.max(valid_until).max(self.locked_until());
        let last = UnixMillis::new(last.saturating_mul(1_000));
        self.now() > later(last, by)
    }

    /// Returns when to ask again: the longer it takes, the later.
    fn in_pace(&self) -> Next {
        let since = self.known.submitted_at.unwrap_or(self.known.opened_at);
        let age = self.now().value().saturating_sub(since.value());
        self.in_about(Duration::from_millis(age / 2))
    }
}
