//! An approval from its signature to the swap's end.

mod ending;
mod resending;

use std::time::Duration;

use countersign_api_types::defi::Status;
use countersign_journal::{Answer, Label, Note, Outcome, State, What};
use countersign_units::{UnixMillis, UnixSeconds};

use super::drive::{Drive, Next};
use super::known::FORGOTTEN;
use super::{WorkError, later, records};
use crate::http_client::Retry;
use crate::{ApiError, Event, Step, SwapStatus};

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
            // It said before that it has the intent, or names it now: there is nothing to hand in.
            Status::Created if moved && self.is_intent() => self.on_its_way(seen).await,
            Status::Created => self.not_arrived().await,
            Status::Incomplete => {
                self.note_incomplete()?;
                self.on_its_way(seen).await
            }
            _ => self.on_its_way(seen).await,
        }
    }

    /// Waits. What was said is written at once if an approval was let out since, else now and then.
    pub(super) async fn wait(&mut self) -> Result<Next, WorkError> {
        self.commit_in_time().await?;
        Ok(self.in_pace())
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
        if self.may_be_sent_without_status(error) {
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
