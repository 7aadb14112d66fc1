use std::sync::Arc;

use countersign_approval::{BitcoinNetwork, Environment};

use crate::{ChainKind, KeyEvidence};

/// What a key may sign for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scope {
    /// Where value is real, or where it is not.
    pub environment: Environment,
    /// The kinds of chains.
    pub chains: Vec<ChainKind>,
    /// The networks, by their names in the registry; empty means all of these kinds.
    pub networks: Vec<Arc<str>>,
}

/// A key may not sign for this.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScopeError {
    /// It is of another environment.
    #[error("the key {key} signs on {expected}, this is on {found}")]
    Environment {
        /// The key's name.
        key: String,
        /// Where the key may sign.
        expected: Environment,
        /// Where it was to.
        found: String,
    },
    /// It is of another kind of chain.
    #[error("the key {key} does not sign for {found}")]
    Chain {
        /// The key's name.
        key: String,
        /// The kind of chain that it was to sign for.
        found: &'static str,
    },
    /// It is of another network.
    #[error("the key {key} does not sign on the network {found}")]
    Network {
        /// The key's name.
        key: String,
        /// The network that it was to sign on.
        found: String,
    },
}

impl Scope {
    /// Says what a key may sign for: on all networks of these kinds.
    pub fn new(environment: Environment, chains: impl IntoIterator<Item = ChainKind>) -> Self {
        Self { environment, chains: chains.into_iter().collect(), networks: Vec::new() }
    }

    /// Leaves these networks alone, by their names in the registry.
    #[must_use]
    pub fn on_networks(mut self, networks: impl IntoIterator<Item = impl Into<Arc<str>>>) -> Self {
        self.networks = networks.into_iter().map(Into::into).collect();
        self
    }

    /// Says whether a key may sign for a kind of chain.
    pub fn covers(&self, chain: ChainKind) -> bool {
        self.chains.contains(&chain)
    }

    /// Requires that a key of this name may sign for this evidence. The challenge of a test is of no
    /// chain and passes.
    pub(crate) fn check(&self, key: &str, evidence: &KeyEvidence<'_>) -> Result<(), ScopeError> {
        let key = || key.to_owned();
        let Some(chain) = evidence.chain() else { return Ok(()) };
        if !self.covers(chain) {
            return Err(ScopeError::Chain { key: key(), found: chain.as_str() });
        }
        if let Some(network) = evidence.bitcoin_network() {
            self.check_bitcoin(key(), network)?;
        }
        let Some(common) = evidence.common() else { return Ok(()) };
        let (expected, found) = (self.environment, common.environment);
        if expected != found {
            let found = found.to_string();
            return Err(ScopeError::Environment { key: key(), expected, found });
        }
        let known = self.networks.iter().any(|network| network.as_ref() == common.network);
        if !self.networks.is_empty() && !known {
            return Err(ScopeError::Network { key: key(), found: common.network.to_owned() });
        }
        Ok(())
    }

    /// The environment and Bitcoin's own network belong together, as they do in a registry: a key of
    /// the sandbox moves no coins that others know of, and real coins are moved where that is meant. A
    /// refund names this network, and none of the registry.
    fn check_bitcoin(&self, key: String, network: BitcoinNetwork) -> Result<(), ScopeError> {
        let expected = self.environment;
        let own = match network {
            BitcoinNetwork::Mainnet => Environment::Mainnet,
            BitcoinNetwork::Testnet | BitcoinNetwork::Signet => Environment::Testnet,
            BitcoinNetwork::Regtest => Environment::Sandbox,
        };
        if own == expected {
            return Ok(());
        }
        Err(ScopeError::Environment { key, expected, found: format!("Bitcoin's {network}") })
    }
}
