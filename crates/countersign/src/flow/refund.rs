//! Refunds of coins, with the keys and the chains at hand.

use countersign_approval::{BitcoinChainView, ChainViewError, SeenCoins};
use countersign_bitcoin::{CoinSigner, RefundRecipe};

use super::Countersign;
use super::chain::in_time;
use crate::{FlowError, RefundError};

impl Countersign {
    /// Finds the view of a recipe's chain, and the key that takes the output back.
    pub(crate) fn refunder(
        &self,
        network: &str,
        recipe: &RefundRecipe,
    ) -> Result<(&dyn BitcoinChainView, &dyn CoinSigner), RefundError> {
        let chain = self.bitcoin_view(network).ok_or(RefundError::NoView)?;
        let own = |key: &&super::sign::CoinKeys| key.public_key == recipe.public_key();
        let key = self.coin_keys.iter().find(own).ok_or(RefundError::NoKey)?;
        Ok((chain, key.signer.as_ref()))
    }

    /// Returns the height at which the chain holds a refund; nothing where it does not, or can't be
    /// asked.
    pub(crate) async fn seen_refund(
        &self,
        network: &str,
        recipe: &RefundRecipe,
        txid: &str,
    ) -> Option<u64> {
        let seen = self.coins(network, recipe, &[recipe.refund_script().to_vec()]).await?;
        let ours = |id: countersign_approval::CoinId| id.to_string().starts_with(txid);
        let (_, depth) = seen.coins.iter().find(|(coin, depth)| ours(coin.id) && *depth > 0)?;
        u64::from(seen.height).checked_sub(u64::from(*depth).saturating_sub(1))
    }

    /// Reads unspent coins of some scripts on the chain of a recipe; nothing where it can't be asked.
    pub(crate) async fn coins(
        &self,
        network: &str,
        recipe: &RefundRecipe,
        scripts: &[Vec<u8>],
    ) -> Option<SeenCoins> {
        let chain = self.bitcoin_view(network)?;
        in_time(network, chain.coins(recipe.network(), scripts)).await.ok()
    }

    /// Passes a transaction on to the network of a recipe.
    pub(crate) async fn broadcast(
        &self,
        network: &str,
        recipe: &RefundRecipe,
        transaction: &[u8],
    ) -> Result<(), ChainViewError> {
        let none = || ChainViewError::Unavailable("no view of the chain".to_owned());
        let chain = self.bitcoin_view(network).ok_or_else(none)?;
        match in_time(network, chain.broadcast(recipe.network(), transaction)).await {
            Ok(()) => Ok(()),
            Err(FlowError::Chain { source, .. }) => Err(source),
            Err(_) => Err(none()),
        }
    }

    /// Says whether there is a view of a Bitcoin network's chain.
    pub(crate) fn sees_coins(&self, network: &str) -> bool {
        self.bitcoin_chains.contains_key(network)
    }

    fn bitcoin_view(&self, network: &str) -> Option<&dyn BitcoinChainView> {
        self.bitcoin_chains.get(network).map(AsRef::as_ref)
    }
}
