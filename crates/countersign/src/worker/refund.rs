//! Coins that come back from a hash time-locked output, when its time has come.

use countersign_approval::{ChainViewError, Coin};
use countersign_bitcoin::RefundRecipe;
use countersign_journal::{Label, Outcome, Payload, RefundStep, What};

use super::WorkError;
use super::drive::{Drive, Next};
use super::pace::share;
use crate::Event;
use crate::refund::{Planned, RefundError, plan_refund};

/// What the chain says of the output that our coins lie in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Output {
    /// Whether it is there, unspent.
    held: bool,
    /// The chain's height.
    height: u32,
}

/// Lock times from here on are in Unix seconds, below they are heights.
const FIRST_TIME: u32 = 500_000_000;
/// How many seconds a block takes, about.
const BLOCK: u64 = 600;
/// How many seconds a lock by height is taken to last where the chain can't be asked: a month.
const LONGEST_LOCK: u64 = 2_592_000;

impl Drive<'_> {
    /// Returns from when on coins can be taken back, in Unix seconds; 0 where there are none. A lock
    /// by height is told by the chain's pace.
    pub(super) fn locked_until(&self) -> u64 {
        let Some(recipe) = self.recipe() else { return 0 };
        let locktime = recipe.locktime();
        if locktime >= FIRST_TIME {
            return u64::from(locktime);
        }
        let Some(output) = self.output else {
            // How far the chain is was never heard.
            let opened = self.known.opened_at.to_seconds().value();
            return opened.saturating_add(LONGEST_LOCK);
        };
        let left = u64::from(locktime.saturating_sub(output.height)).saturating_mul(BLOCK);
        let passed = u64::from(output.height.saturating_sub(locktime)).saturating_mul(BLOCK);
        self.now().to_seconds().value().saturating_add(left).saturating_sub(passed)
    }

    pub(super) fn recipe(&self) -> Option<RefundRecipe> {
        serde_json::from_str(self.known.recipe.as_ref()?.as_str()).ok()
    }

    /// Takes coins back that nobody claimed, from their lock time on. Nothing where there is nothing
    /// to do yet, or nothing to take.
    pub(super) async fn look_after_coins(&mut self) -> Result<Option<Next>, WorkError> {
        let Some(recipe) = self.recipe() else { return Ok(None) };
        if let Some(step) = self.known.refund.clone() {
            return self.follow_refund(&recipe, step).await;
        }
        if !self.is_due(&recipe).await {
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
            Err(error) => {
                tracing::warn!(%error, "coins were not taken back yet");
                Ok(None)
            }
        }
    }

    /// Says whether there are coins to take back now. Before a lock by time is over the chain is not
    /// asked.
    async fn is_due(&mut self, recipe: &RefundRecipe) -> bool {
        let by_time = recipe.locktime() >= FIRST_TIME;
        if by_time && self.locked_until() > self.now().to_seconds().value() {
            return false;
        }
        self.look(recipe).await;
        let over = |output: Output| by_time || output.height >= recipe.locktime();
        self.output.is_some_and(|output| output.held && over(output))
    }

    /// Asks the chain for the output. Says whether it was told.
    async fn look(&mut self, recipe: &RefundRecipe) -> bool {
        let network = self.known.request.source.network.as_str();
        let scripts = [recipe.script_pubkey().to_vec()];
        let Some(seen) = self.flow().coins(network, recipe, &scripts).await else { return false };
        let held = seen.coins.iter().any(|(coin, _)| coin.amount == recipe.amount());
        self.output = Some(Output { held, height: seen.height });
        true
    }

    /// Says whether the coins lie neither in the output nor in what a refund pays, not even in one
    /// that no block holds yet.
    async fn is_spent_on(&mut self, recipe: &RefundRecipe, refund: &str) -> bool {
        let network = self.known.request.source.network.as_str();
        let scripts = [recipe.script_pubkey().to_vec(), recipe.refund_script().to_vec()];
        let Some(seen) = self.flow().coins(network, recipe, &scripts).await else { return false };
        let lies = |coin: &Coin| {
            coin.script_pubkey == recipe.script_pubkey() || coin.id.to_string().starts_with(refund)
        };
        let held = seen.coins.iter().any(|(coin, _)| lies(coin));
        self.output = Some(Output { held, height: seen.height });
        !held
    }

    /// Says whether our coins may still lie in the output, though the swap is said to be carried out:
    /// they do, or the chain is away. Where there is no view of it, nothing can be done about them.
    pub(super) async fn may_lie_unclaimed(&mut self) -> bool {
        let Some(recipe) = self.recipe() else { return false };
        let away = !self.look(&recipe).await;
        let network = self.known.request.source.network.as_str();
        let later = self.flow().sees_coins(network) && !self.is_past(self.worker.options.patience);
        self.output.is_some_and(|output| output.held) || (away && later)
    }

    /// Says whether there may be coins to take back, now or when their lock time has come. As long as
    /// they lie there, nothing else ends the swap.
    pub(super) fn coins_may_come_back(&self) -> bool {
        if self.known.recipe.is_none() {
            return false;
        }
        let unlocked = self.locked_until() <= self.now().to_seconds().value();
        // Before its lock time an output may not be there yet.
        let seen = self.output.filter(|_| unlocked);
        seen.map_or_else(|| !self.is_past(self.worker.options.patience), |output| output.held)
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
            // Others have spent the coins that came back, so it is not seen: the status says so.
            Ok(()) if self.is_spent_on(recipe, txid.as_str()).await => Ok(None),
            Ok(()) => Ok(Some(self.in_about(share(self.worker.options.track.longest_wait, 4)))),
            Err(ChainViewError::Declined(reason)) => {
                tracing::warn!(%reason, "the refund was declined");
                // It is early by the chain's clock, or the output was claimed: then the status
                // says so.
                self.look(recipe).await;
                Ok(None)
            }
            Err(error) => {
                tracing::warn!(%error, "the refund was not passed on");
                Ok(Some(self.after_miss()))
            }
        }
    }
}
