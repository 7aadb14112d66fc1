//! Coins that come back from a hash time-locked output, when its time has come.

mod possible;

use countersign_approval::{ChainViewError, Coin};
use countersign_bitcoin::RefundRecipe;
use countersign_journal::{Death, Label, Outcome, Payload, RefundStep, What};

use super::WorkError;
use super::drive::{Drive, Next};
use super::pace::share;
use crate::Event;
use crate::refund::{Planned, RefundError, plan_refund};
use possible::{Refunds, txid};

/// What there is to get coins back by.
pub(super) enum Kept {
    /// Nothing: no coins are locked up.
    Nothing,
    /// A recipe.
    Recipe(Box<RefundRecipe>),
    /// A recipe of another form than this program's.
    Unreadable,
}

/// What the chain says of the output that our coins lie in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Output {
    /// Whether they are there, unspent, or on their way back from there.
    held: bool,
    /// The chain's height.
    height: u32,
}

/// A refund that the chain knows of, be it this worker's or another one at another fee.
struct Back {
    txid: String,
    /// The height of its block, where one holds it.
    height: Option<u64>,
}

/// Lock times from here on are in Unix seconds, below they are heights.
const FIRST_TIME: u32 = 500_000_000;
/// How many seconds a block takes, about.
const BLOCK: u64 = 600;
/// How many seconds a lock is taken to last where its time can't be told: a month.
const LONGEST_LOCK: u64 = 2_592_000;

impl Drive<'_> {
    /// Returns from when on coins can be taken back, in Unix seconds; 0 where there are none. A lock
    /// by height is told by the chain's pace.
    pub(super) fn locked_until(&self) -> u64 {
        let opened = self.known.opened_at.to_seconds().value();
        let recipe = match self.recipe() {
            Kept::Nothing => return 0,
            Kept::Unreadable => return opened.saturating_add(LONGEST_LOCK),
            Kept::Recipe(recipe) => recipe,
        };
        let locktime = recipe.locktime();
        if locktime >= FIRST_TIME {
            return u64::from(locktime);
        }
        // How far the chain is was never heard.
        let Some(output) = self.output else { return opened.saturating_add(LONGEST_LOCK) };
        let left = u64::from(locktime.saturating_sub(output.height)).saturating_mul(BLOCK);
        let passed = u64::from(output.height.saturating_sub(locktime)).saturating_mul(BLOCK);
        self.now().to_seconds().value().saturating_add(left).saturating_sub(passed)
    }

    pub(super) fn recipe(&self) -> Kept {
        let Some(recipe) = &self.known.recipe else { return Kept::Nothing };
        let recipe = serde_json::from_str(recipe.as_str()).map(Box::new);
        recipe.map_or(Kept::Unreadable, Kept::Recipe)
    }

    /// Takes coins back that nobody claimed, from their lock time on. Nothing where there is nothing
    /// to do yet, or nothing to take.
    pub(super) async fn look_after_coins(&mut self) -> Result<Option<Next>, WorkError> {
        let recipe = match self.recipe() {
            Kept::Nothing => return Ok(None),
            Kept::Unreadable => {
                let why = "expected a refund recipe that this program can read, found another form";
                self.note_refund_failure("unreadable", why)?;
                return Ok(None);
            }
            Kept::Recipe(recipe) => recipe,
        };
        let sent = self.known.refund.is_some();
        let unlocked = self.locked_until() <= self.now().to_seconds().value();
        // Before a lock by time is over the chain is not asked.
        if !sent && !unlocked && recipe.locktime() >= FIRST_TIME {
            return Ok(None);
        }
        match self.look(&recipe).await {
            Ok(Some(Back { txid, height: Some(height) })) => {
                self.came_back(&recipe, &txid, height).await.map(Some)
            }
            // It is on its way into a block.
            Ok(Some(_)) => Ok(Some(self.in_a_while())),
            Ok(None) => self.take_back(&recipe).await,
            Err(error) => {
                if sent || unlocked {
                    self.note_refund_failure(code(&error), error)?;
                }
                Ok(None)
            }
        }
    }

    /// Asks the chain for the output and for what pays it back.
    async fn look(&mut self, recipe: &RefundRecipe) -> Result<Option<Back>, ChainViewError> {
        let network = self.known.request.source.network.as_str();
        let scripts = [recipe.script_pubkey().to_vec(), recipe.refund_script().to_vec()];
        let seen = self.flow().coins(network, recipe, &scripts).await?;
        let held = seen.coins.iter().any(|(coin, _)| is_output(recipe, coin));
        let refunds = Refunds::of(recipe, self.known.refund.as_ref());
        let ours = |coin: &Coin| coin.script_pubkey == recipe.refund_script() && refunds.has(coin);
        let back = seen.coins.iter().find(|(coin, _)| ours(coin)).map(|(coin, depth)| {
            let since = depth.checked_sub(1);
            let height = since.and_then(|since| seen.height.checked_sub(since)).map(u64::from);
            Back { txid: txid(coin.id), height }
        });
        self.output = Some(Output { held: held || back.is_some(), height: seen.height });
        Ok(back)
    }

    /// Ends a swap whose coins are ours again, by the chain's word.
    async fn came_back(
        &mut self,
        recipe: &RefundRecipe,
        txid: &str,
        height: u64,
    ) -> Result<Next, WorkError> {
        self.tell(Event::Refunded { txid });
        self.note(What::Refund(RefundStep::Seen { txid: Label::new(txid)?, height }))?;
        let coin = recipe.outpoint().map_or_else(|| "htlc".to_owned(), |it| it.to_string());
        let (coin, height) = (Label::new(coin)?, Some(height));
        self.note(What::Dead(Death::CoinSpent { coin, height }))?;
        self.end_and_release(Outcome::Refunded, "the coins came back").await
    }

    /// Sends the refund, if its time has come and the chain does not know of one.
    async fn take_back(&mut self, recipe: &RefundRecipe) -> Result<Option<Next>, WorkError> {
        if let Some(step) = self.known.refund.clone() {
            return self.send_refund(recipe, step).await;
        }
        let by_time = recipe.locktime() >= FIRST_TIME;
        let over = |output: Output| by_time || output.height >= recipe.locktime();
        if !self.output.is_some_and(|output| output.held && over(output)) {
            return Ok(None);
        }
        match self.planned(recipe).await {
            Ok(planned) => {
                let step = RefundStep::Sent {
                    txid: Label::new(&planned.txid)?,
                    transaction: Payload::new(hex::encode(&planned.transaction))?,
                };
                self.note(What::Refund(step.clone()))?;
                self.commit().await?;
                self.send_refund(recipe, step).await
            }
            Err(error) => {
                self.note_refund_failure(error.code(), error)?;
                Ok(None)
            }
        }
    }

    /// Says whether our coins may still lie in the output, though the swap is said to be carried out:
    /// they do, or the chain is away. Where there is no view of it, nothing can be done about them.
    pub(super) async fn may_lie_unclaimed(&mut self) -> bool {
        let recipe = match self.recipe() {
            Kept::Nothing => return false,
            Kept::Unreadable => return !self.is_past(self.worker.options.patience),
            Kept::Recipe(recipe) => recipe,
        };
        let away = self.look(&recipe).await.is_err();
        self.output.is_some_and(|output| output.held) || (away && self.sees_coins())
    }

    /// Says whether there may be coins to take back, now or when their lock time has come. As long as
    /// they lie there, or the chain has not said whether they do, nothing else ends the swap.
    pub(super) fn coins_may_come_back(&self) -> bool {
        match self.recipe() {
            Kept::Nothing => false,
            Kept::Unreadable => !self.is_past(self.worker.options.patience),
            Kept::Recipe(_) => {
                let unlocked = self.locked_until() <= self.now().to_seconds().value();
                // Before its lock time an output may not be there yet.
                let seen = self.output.filter(|_| unlocked);
                let unseen = || self.sees_coins() || !self.is_past(self.worker.options.patience);
                seen.map_or_else(unseen, |output| output.held)
            }
        }
    }

    /// Says why nobody can tell whether there are coins to take back, where that is so.
    pub(super) fn blind_to_coins(&self) -> Option<&'static str> {
        match self.recipe() {
            Kept::Unreadable => Some("the refund recipe can't be read"),
            Kept::Recipe(_) if !self.sees_coins() => Some("there is no view of the chain"),
            Kept::Recipe(_) | Kept::Nothing => None,
        }
    }

    fn sees_coins(&self) -> bool {
        self.flow().sees_coins(self.known.request.source.network.as_str())
    }

    async fn planned(&self, recipe: &RefundRecipe) -> Result<Planned, RefundError> {
        let network = self.known.request.source.network.as_str();
        let (chain, key) = self.flow().refunder(network, recipe)?;
        let policy = self.flow().config().policy();
        let policy = policy.map_err(|error| RefundError::NoPolicy(error.to_string()))?;
        let rate = self.worker.options.refund_fee_rate;
        plan_refund(recipe, chain, &*key, &policy, rate).await
    }

    /// Passes the refund on to the network, the same bytes each time, until the chain holds it.
    async fn send_refund(
        &mut self,
        recipe: &RefundRecipe,
        step: RefundStep,
    ) -> Result<Option<Next>, WorkError> {
        let RefundStep::Sent { transaction, .. } = step else {
            return self.end_and_release(Outcome::Refunded, "the coins came back").await.map(Some);
        };
        let Ok(bytes) = hex::decode(transaction.as_str()) else {
            self.note_refund_failure("unreadable", "expected a refund in hex, found another form")?;
            return Ok(None);
        };
        self.require_lease()?;
        let network = self.known.request.source.network.as_str().to_owned();
        let sent = self.flow().broadcast(&network, recipe, &bytes).await;
        // Where neither the output nor the refund is there, it was claimed, or others have spent the
        // coins that came back: the status says which.
        let gone = self.look(recipe).await.is_ok() && !self.output.is_some_and(|it| it.held);
        match sent {
            _ if gone => Ok(None),
            Ok(()) => Ok(Some(self.in_a_while())),
            Err(error) => {
                self.note_refund_failure(code(&error), &error)?;
                let is_early = matches!(error, ChainViewError::Declined(_));
                Ok(if is_early { None } else { Some(self.after_miss()) })
            }
        }
    }

    /// Returns when a refund that was sent is worth a look again.
    fn in_a_while(&self) -> Next {
        self.in_about(share(self.worker.options.track.longest_wait, 4))
    }
}

/// Says whether a coin is the output of a recipe.
fn is_output(recipe: &RefundRecipe, coin: &Coin) -> bool {
    let is_there = recipe.outpoint().is_none_or(|outpoint| outpoint == coin.id);
    is_there && coin.script_pubkey == recipe.script_pubkey() && coin.amount == recipe.amount()
}

/// Names why the chain did not do what was asked.
const fn code(error: &ChainViewError) -> &'static str {
    match error {
        ChainViewError::Declined(_) => "declined",
        ChainViewError::Unavailable(_) => "unavailable",
        _ => "other_chain",
    }
}
