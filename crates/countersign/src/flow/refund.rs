//! Refunds of coins, with the keys and the chains at hand.

use std::sync::Arc;

use countersign_approval::{BitcoinChainView, ChainViewError, SeenCoins};
use countersign_bitcoin::{CoinSigner, RefundRecipe};

use super::Countersign;
use super::chain::in_time;
use crate::{FlowError, RefundError};

impl Countersign {
    /// Finds the view of a recipe's chain, and the key that takes the output back: to a script of a
    /// key of ours and to no other, whatever became of the recipe where it was kept.
    pub(crate) fn refunder(
        &self,
        network: &str,
        recipe: &RefundRecipe,
    ) -> Result<(&dyn BitcoinChainView, Arc<dyn CoinSigner>), RefundError> {
        let chain = self.bitcoin_view(network).ok_or(RefundError::NoView)?;
        let own = |key: &&super::sign::CoinKeys| key.public_key == recipe.public_key();
        let key = self.coin_keys.iter().find(own).map(|key| Arc::clone(&key.signer));
        let key = key.or_else(|| self.rings.coins_of_key(&recipe.public_key()));
        let key = key.ok_or(RefundError::NoKey)?;
        let script = recipe.refund_script();
        let not_ours = |_| RefundError::NotOurs { script: hex::encode(script) };
        self.coin_key(script, "").map_err(not_ours)?;
        Ok((chain, key))
    }

    /// Reads unspent coins of some scripts on the chain of a recipe.
    pub(crate) async fn coins(
        &self,
        network: &str,
        recipe: &RefundRecipe,
        scripts: &[Vec<u8>],
    ) -> Result<SeenCoins, ChainViewError> {
        let chain = self.bitcoin_view(network).ok_or_else(no_view)?;
        in_time(network, chain.coins(recipe.network(), scripts)).await.map_err(source)
    }

    /// Passes a transaction on to the network of a recipe.
    pub(crate) async fn broadcast(
        &self,
        network: &str,
        recipe: &RefundRecipe,
        transaction: &[u8],
    ) -> Result<(), ChainViewError> {
        let chain = self.bitcoin_view(network).ok_or_else(no_view)?;
        let passed_on = chain.broadcast(recipe.network(), transaction);
        in_time(network, passed_on).await.map_err(source)
    }

    /// Says whether there is a view of a Bitcoin network's chain.
    pub(crate) fn sees_coins(&self, network: &str) -> bool {
        self.bitcoin_chains.contains_key(network)
    }

    fn bitcoin_view(&self, network: &str) -> Option<&dyn BitcoinChainView> {
        self.bitcoin_chains.get(network).map(AsRef::as_ref)
    }
}

fn no_view() -> ChainViewError {
    ChainViewError::Unavailable("no view of the chain".to_owned())
}

/// Returns what a view said.
fn source(error: FlowError) -> ChainViewError {
    match error {
        FlowError::Chain { source, .. } => source,
        other => ChainViewError::Unavailable(other.to_string()),
    }
}
