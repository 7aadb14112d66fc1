//! A cancel that somebody asks for.

use countersign_approval::SwapId;
use countersign_journal::{CancelStep, Death, Lease, Outcome, State, StoreError, What};
use tokio::time::{Instant, sleep};

use crate::worker::drive::Drive;
use crate::{Event, Progress, WorkError, Worker};

impl Worker {
    /// Makes a live approval useless now, so that another swap becomes safe, and returns when that is
    /// proven, or when the worker has stayed with it for as long as the options say. What is not at
    /// its end then goes on with [`resume`](Self::resume) or [`work`](Self::work).
    ///
    /// Where nothing was signed yet, the swap ends at once. A permit's nonce is spent, coins go back to
    /// ourselves, a deposit's account nonce is used; a transaction on Solana is waited out. Only
    /// proof that the approval was not used frees its limits, and one that was used first makes
    /// the swap go on as usual: the progress says which.
    ///
    /// # Errors
    ///
    /// Returns [`WorkError::NotCancellable`] where that can't be done, and other [`WorkError`]s as
    /// [`resume_one`](Self::resume_one) does.
    pub async fn cancel(
        &self,
        swap_id: SwapId,
        mut observe: impl FnMut(Event<'_>) + Send,
    ) -> Result<Progress, WorkError> {
        // It holds all that is known of the swap.
        Box::pin(self.cancel_told(swap_id, &mut observe)).await
    }

    async fn cancel_told(
        &self,
        swap_id: SwapId,
        observe: &mut (dyn FnMut(Event<'_>) + Send),
    ) -> Result<Progress, WorkError> {
        let lease = self.lease_in_time(swap_id).await?;
        let mut drive = self.take(lease, observe).await?;
        match drive.ask_cancel().await {
            Ok(()) => drive.run().await,
            Err(error) => {
                drive.let_go().await?;
                Err(error)
            }
        }
    }

    /// Takes the lease of a swap that another worker may have for a while.
    async fn lease_in_time(&self, swap_id: SwapId) -> Result<Lease, WorkError> {
        let last = Instant::now().checked_add(self.options.track.deadline);
        loop {
            match self.store.lease(swap_id, &self.term(), self.now()).await {
                Err(StoreError::Leased { .. }) if last.is_none_or(|last| Instant::now() < last) => {
                    sleep(self.options.track.longest_wait).await;
                }
                taken => return Ok(taken?),
            }
        }
    }
}

impl Drive<'_> {
    /// Writes down that the approval is to be made useless, or ends a swap that has none.
    async fn ask_cancel(&mut self) -> Result<(), WorkError> {
        match self.known.state {
            State::Ended(_) => {}
            State::Requested | State::Quoted => {
                self.end(Outcome::Failed, "cancelled before an intent was created").await?;
            }
            State::Creating | State::Created | State::Verified | State::Reviewed => {
                let reason = "cancelled before anything was signed; an intent without an approval \
                              is worth nothing";
                self.end(Outcome::Failed, reason).await?;
            }
            State::Reserved => {
                self.note(What::Dead(Death::NeverLetOut))?;
                let reason = "cancelled; nothing was let out";
                self.end_and_release(Outcome::Failed, reason).await?;
            }
            State::Signed | State::Submitted | State::Settling => {
                if self.known.cancel.is_none() {
                    self.way()?.require(self)?;
                    self.note(What::Cancel(CancelStep::Asked))?;
                    self.commit().await?;
                }
            }
        }
        Ok(())
    }

    /// Gives the lease back, for others to take at once.
    async fn let_go(self) -> Result<(), WorkError> {
        let now = self.now();
        match std::sync::Arc::into_inner(self.writer) {
            Some(writer) => Ok(writer.give_back(now).await?),
            None => Ok(()),
        }
    }
}
