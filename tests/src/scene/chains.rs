//! The account's key on its chain, a view of each chain, and flows that have them.

use countersign::approval::Registry;
use countersign::chain_rpc::{Esplora, EvmRpc, SolanaRpc};
use countersign::http_client::transport::{Auth, Limits};
use countersign::{Config, Countersign, CountersignBuilder, SwapApi};

use super::Scene;
use crate::{CountingCoins, CountingCosigner, CountingSigner};

impl Scene {
    /// Begins to set up a flow over the sandbox, with the account's key.
    pub fn builder(&self, config: Config) -> CountersignBuilder {
        self.builder_over(self.api(), config)
    }

    /// Begins to set up a flow over an API, with the account's key and a view of its chain.
    ///
    /// # Panics
    ///
    /// Panics if a chain can't be asked.
    pub fn builder_over(&self, api: impl SwapApi + 'static, config: Config) -> CountersignBuilder {
        let builder = Countersign::builder(api, config);
        let builder = match self.account.network.as_str() {
            "bitcoin" => {
                let key = self.coin_signer();
                let builder = builder.coin_signer(key.public_key(), key).unwrap();
                builder.refund_keeper(self.recipes.clone())
            }
            "solana" => {
                let key = self.cosigner();
                builder.solana_signer(key.address(), key)
            }
            _ => builder.signer(self.signer()),
        };
        if self.sees_chain { self.with_view(builder) } else { builder }
    }

    /// Adds a view of each chain of the sandbox.
    ///
    /// # Panics
    ///
    /// Panics if a chain can't be asked.
    pub fn with_view(&self, builder: CountersignBuilder) -> CountersignBuilder {
        let registry = Registry::from_toml(&self.sandbox.registry_toml()).unwrap();
        let seen = registry.networks().filter_map(|(name, network)| {
            let url = self.sandbox.rpc_url(name)?.parse().unwrap();
            Some((name, EvmRpc::connect(url, network.kind.standard()?).unwrap()))
        });
        let builder = seen.fold(builder, |builder, (name, node)| builder.chain(name, node));
        let cluster = self.sandbox.rpc_url("solana").unwrap().parse().unwrap();
        builder
            .bitcoin_chain("bitcoin", self.esplora())
            .solana_chain("solana", SolanaRpc::connect(cluster).unwrap())
    }

    /// Returns a view of the sandbox's Bitcoin chain.
    ///
    /// # Panics
    ///
    /// Panics if there is none.
    pub fn esplora(&self) -> Esplora {
        let url = self.sandbox.esplora_url("bitcoin").unwrap().parse().unwrap();
        Esplora::connect(url, Auth::None, Limits::default()).unwrap()
    }

    /// Returns a flow over the sandbox with its own registry and policy.
    pub fn countersign(&self) -> Countersign {
        self.builder(self.config()).build()
    }

    /// Returns the account's key, counted.
    pub fn signer(&self) -> CountingSigner {
        CountingSigner::new(self.account.private_key(), &self.signatures)
    }

    /// Returns the account's key for coins, counted.
    pub fn coin_signer(&self) -> CountingCoins {
        CountingCoins::new(self.account.private_key(), &self.signatures)
    }

    /// Returns the account's key on Solana, counted.
    pub fn cosigner(&self) -> CountingCosigner {
        CountingCosigner::new(self.account.private_key(), &self.signatures)
    }
}
