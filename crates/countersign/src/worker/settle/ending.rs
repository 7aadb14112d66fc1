//! How a swap ends once its approval was let out: by the counterparty's word, where the chain does not say
//! otherwise.

use countersign_api_types::defi::Status;
use countersign_journal::{Outcome, What};

use crate::SwapStatus;
use crate::worker::WorkError;
use crate::worker::death::Fate;
use crate::worker::drive::{Drive, Next};
use crate::worker::refund::Kept;

/// What its chain says of a deposit that is in no block, while its nonce is used up.
const REPLACED: &str = "another transaction seems to have taken the deposit's nonce";
/// What its chain says of a deposit that can't be executed any more, where its history is cut off.
const UNTOLD: &str = "whether the deposit was executed before can't be told";

impl Drive<'_> {
    /// Ends a swap that was carried out, where the chain does not say otherwise.
    pub(super) async fn finish(&mut self, seen: &SwapStatus) -> Result<Next, WorkError> {
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

    /// Ends a swap that nothing was paid for, as soon as its approval can't be used any more.
    pub(in crate::worker) async fn close(
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
            // The deposit may have arrived, and whoever can't tell has to look. That it came back is believed.
            Fate::Over(death) if outcome != Outcome::Refunded && self.deposit().is_some() => {
                self.note(What::Dead(death))?;
                self.end(Outcome::Disputed, format!("{reason}; {UNTOLD}")).await
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
}
