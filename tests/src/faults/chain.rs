use async_trait::async_trait;
use countersign::approval::{BitcoinChainView, BitcoinNetwork, ChainViewError, SeenCoins};
use countersign::chain_rpc::Esplora;

use super::Faults;
use crate::watched::Around as _;

/// A view of coins at whose broadcasts a process may crash.
#[derive(Debug)]
pub struct FaultCoins {
    view: Esplora,
    faults: Faults,
}

impl FaultCoins {
    /// Stands before a view.
    pub const fn new(view: Esplora, faults: Faults) -> Self {
        Self { view, faults }
    }
}

#[async_trait]
impl BitcoinChainView for FaultCoins {
    async fn coins(
        &self,
        network: BitcoinNetwork,
        scripts: &[Vec<u8>],
    ) -> Result<SeenCoins, ChainViewError> {
        self.view.coins(network, scripts).await
    }

    async fn broadcast(
        &self,
        network: BitcoinNetwork,
        transaction: &[u8],
    ) -> Result<(), ChainViewError> {
        self.faults.around("chain:broadcast", self.view.broadcast(network, transaction)).await
    }
}
