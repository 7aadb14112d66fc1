//! What became of coins that were promised.

use countersign_approval::{Coin, SeenCoins};
use countersign_bitcoin::RefundRecipe;
use countersign_journal::{Death, Label};

use super::Fate;
use crate::worker::drive::Drive;
use crate::worker::records;
use crate::worker::refund::Kept;

impl Drive<'_> {
    /// Coins that are gone went into the output, or elsewhere: that can't be told apart here, so a
    /// person has to look where the counterparty says that nothing happened.
    pub(super) async fn coins_fate(&self) -> Fate {
        let Some(seen) = self.own_coins().await else { return Fate::Live };
        let height = Some(u64::from(seen.height));
        let gone = self.gone(&seen).cloned();
        gone.map_or(Fate::Live, |coin| Fate::Used(Death::CoinSpent { coin, height }))
    }

    /// Reads the unspent coins beside which those that were promised lie, unless they are gone.
    pub(super) async fn own_coins(&self) -> Option<SeenCoins> {
        let Kept::Recipe(recipe) = self.recipe() else { return None };
        let network = self.known.request.source.network.as_str();
        self.flow().coins(network, &recipe, &self.own_scripts(&recipe)?).await.ok()
    }

    /// Returns a coin that was promised and is not unspent any more.
    pub(super) fn gone(&self, seen: &SeenCoins) -> Option<&Label> {
        let is_unspent = |resource: &Label| {
            let mut coins = seen.coins.iter();
            coins.any(|(coin, _)| resource.as_str().ends_with(&format!("/{}", coin.id)))
        };
        self.known.resources.iter().find(|resource| !is_unspent(resource))
    }

    /// Returns the scripts that lock the coins that were promised; nothing where those can't be read,
    /// so that coins that are not looked for are not taken for spent.
    fn own_scripts(&self, recipe: &RefundRecipe) -> Option<Vec<Vec<u8>>> {
        let asked = records::asked(&self.known.request).ok()?.coins;
        let named = asked.unwrap_or_default().into_iter().map(|coin: Coin| coin.script_pubkey);
        let mut scripts: Vec<_> = named.collect();
        scripts.push(recipe.refund_script().to_vec());
        scripts.sort_unstable();
        scripts.dedup();
        Some(scripts)
    }
}
