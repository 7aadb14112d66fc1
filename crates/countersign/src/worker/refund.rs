//! Coins that come back from a hash time-locked output, when its time has come.

use countersign_approval::ChainViewError;
use countersign_bitcoin::RefundRecipe;
use countersign_journal::{Label, Outcome, Payload, RefundStep, What};

use super::WorkError;
use super::drive::{Drive, Next, share};
use crate::refund::{Planned, RefundError, plan_refund};
use crate::{Event, Status};

impl Drive<'_> {
    /// Returns from when on coins can be taken back, in Unix seconds; 0 where there are none. A lock
    /// by height is not told in time.
    pub(super) fn locked_until(&self) -> u64 {
        const FIRST_TIME: u32 = 500_000_000;
        let locktime = self.recipe().map_or(0, |recipe| recipe.locktime());
        if locktime >= FIRST_TIME { u64::from(locktime) } else { 0 }
    }

    fn recipe(&self) -> Option<RefundRecipe> {
        serde_json::from_str(self.known.recipe.as_ref()?.as_str()).ok()
    }

    /// Takes coins back that nobody claimed, from their lock time on. Nothing where there is nothing
    /// to do yet, or nothing to take.
    pub(super) async fn refund_when_due(&mut self) -> Result<Option<Next>, WorkError> {
        let Some(recipe) = self.recipe() else { return Ok(None) };
        if let Some(step) = self.known.refund.clone() {
            return self.follow_refund(&recipe, step).await;
        }
        let due = self.locked_until() <= self.now().to_seconds().value();
        let paid = self.known.seen.as_ref().is_some_and(|seen| seen.status == Status::Finished);
        if !due || paid {
            return Ok(None);
        }
        match self.planned(&recipe).await {
            Ok(planned) => {
                let step = RefundStep::Sent {
                    txid: Label::new(&planned.txid)?,
                    transaction: Payload::new(hex::encode(&planned.transaction))?,
                };
                self.note(What::Refund(step.clone()))?;
                self.commit().await?;
                self.follow_refund(&recipe, step).await
            }
            // It was never funded, or is claimed: the status says which.
            Err(RefundError::NotThere) => {
                self.output_gone = true;
                Ok(None)
            }
            Err(error) => {
                tracing::warn!(%error, "coins were not taken back yet");
                Ok(None)
            }
        }
    }

    /// Says whether there may be coins to take back, now or when their lock time has come.
    pub(super) fn coins_may_come_back(&self) -> bool {
        let patience = self.worker.options.patience;
        self.known.recipe.is_some() && !self.output_gone && !self.is_past(patience)
    }

    async fn planned(&self, recipe: &RefundRecipe) -> Result<Planned, RefundError> {
        let network = self.known.request.source.network.as_str();
        let (chain, key) = self.flow().refunder(network, recipe)?;
        let policy = self.flow().config().policy().map_err(|_| RefundError::NoBounds)?;
        let rate = self.worker.options.refund_fee_rate;
        plan_refund(recipe, chain, key, &policy, rate).await
    }

    /// Passes the refund on to the network, the same bytes each time, until the chain holds it.
    async fn follow_refund(
        &mut self,
        recipe: &RefundRecipe,
        step: RefundStep,
    ) -> Result<Option<Next>, WorkError> {
        let RefundStep::Sent { txid, transaction } = step else {
            return self.end_and_release(Outcome::Refunded, "the coins came back").await.map(Some);
        };
        let network = self.known.request.source.network.as_str().to_owned();
        if let Some(height) = self.flow().seen_refund(&network, recipe, txid.as_str()).await {
            self.tell(Event::Refunded { txid: txid.as_str() });
            self.note(What::Refund(RefundStep::Seen { txid, height }))?;
            let coin = recipe.outpoint().map_or_else(|| "htlc".to_owned(), |it| it.to_string());
            let (coin, height) = (Label::new(coin)?, Some(height));
            self.note(What::Dead(countersign_journal::Death::CoinSpent { coin, height }))?;
            return self.end_and_release(Outcome::Refunded, "the coins came back").await.map(Some);
        }
        let Ok(bytes) = hex::decode(transaction.as_str()) else {
            return Err(WorkError::Unreadable("a refund"));
        };
        self.require_lease()?;
        match self.flow().broadcast(&network, recipe, &bytes).await {
            Ok(()) => Ok(Some(self.in_about(share(self.worker.options.track.longest_wait, 4)))),
            Err(ChainViewError::Declined(reason)) => {
                tracing::warn!(%reason, "the refund was declined");
                // It is early by the chain's clock, or the output was claimed: then the status
                // says so.
                let held = self.flow().holds_output(&network, recipe).await;
                self.output_gone = held == Some(false);
                Ok(None)
            }
            Err(error) => {
                tracing::warn!(%error, "the refund was not passed on");
                Ok(Some(self.after_miss()))
            }
        }
    }
}
