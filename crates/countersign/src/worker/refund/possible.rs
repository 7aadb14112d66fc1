//! The refunds that an output may be spent by.

use countersign_approval::{Coin, CoinId, Sats};
use countersign_bitcoin::RefundRecipe;
use countersign_journal::{Label, RefundStep};

/// The refunds that there can be of an output: the one that the journal knows, and those that
/// `countersign refund` makes of the same recipe, each at another fee.
pub(super) struct Refunds<'a> {
    recipe: &'a RefundRecipe,
    known: Option<&'a Label>,
    /// Where the output is, and what its refund costs at the lowest fee rate.
    one: Option<(CoinId, u64)>,
}

impl<'a> Refunds<'a> {
    pub(super) fn of(recipe: &'a RefundRecipe, step: Option<&'a RefundStep>) -> Self {
        let known = step.map(|step| match step {
            RefundStep::Sent { txid, .. } | RefundStep::Seen { txid, .. } => txid,
        });
        let one = recipe.outpoint().and_then(|outpoint| {
            let plan = recipe.plan(outpoint, 1, Sats::MAX).ok()?;
            Some((outpoint, plan.fee().value()))
        });
        Self { recipe, known, one }
    }

    /// Says whether a coin is what one of them pays: a transaction's id commits to what it spends.
    pub(super) fn has(&self, coin: &Coin) -> bool {
        let id = txid(coin.id);
        self.known.is_some_and(|known| known.as_str() == id) || self.would_be(coin).unwrap_or(false)
    }

    fn would_be(&self, coin: &Coin) -> Option<bool> {
        let (outpoint, one) = self.one?;
        let fee = self.recipe.amount().value().checked_sub(coin.amount.value())?;
        let rate = fee.checked_div(one).filter(|_| fee.checked_rem(one) == Some(0))?;
        let plan = self.recipe.plan(outpoint, rate, Sats::MAX).ok()?;
        Some(plan.txid() == coin.id.txid)
    }
}

/// Writes the id of a coin's transaction as people do.
pub(super) fn txid(coin: CoinId) -> String {
    let mut txid = coin.txid;
    txid.reverse();
    hex::encode(txid)
}
