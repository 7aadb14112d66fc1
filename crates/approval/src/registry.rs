use std::collections::BTreeMap;

use countersign_units::EvmAddress;
use serde::Deserialize;

use crate::{ConfigError, Environment, config};

mod check;
mod network;
mod quotes;

pub use network::{CosignPins, HtlcPins, Network, NetworkKind, Permit2Pins, TokenProgram};
pub use quotes::QuotePins;

const FILE: &str = "registry";

/// What is pinned: networks, contracts and tokens, by our own names.
///
/// Read from TOML. An unknown key is an error. A network whose escrows are left empty is known
/// and unpinned: nothing is signed towards it.
#[derive(Clone, Debug)]
pub struct Registry {
    environment: Environment,
    networks: BTreeMap<String, Network>,
    tokens: BTreeMap<String, Token>,
    quotes: Option<QuotePins>,
    digest: [u8; 32],
}

/// A token on a network.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Token {
    /// The symbol, for people.
    pub symbol: String,
    /// The network's key.
    pub network: String,
    /// The contract, mint or asset id, in the network's own form.
    pub address: String,
    /// How many decimals it has.
    pub decimals: u8,
    /// What moves it: always said on Solana; elsewhere only where it is the chain's own coin.
    pub program: Option<TokenProgram>,
    /// The asset ids by which the APIs of quoted deposits know it. The first is the one that is sent;
    /// an echo may name any of them. Empty: such an API can't be asked for it.
    pub asset_ids: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RegistryFile {
    environment: Environment,
    networks: BTreeMap<String, Network>,
    tokens: BTreeMap<String, TokenFile>,
    quotes: Option<QuotePins>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenFile {
    symbol: Option<String>,
    network: String,
    address: String,
    decimals: u8,
    program: Option<TokenProgram>,
    #[serde(default)]
    asset_ids: Vec<String>,
}

impl Registry {
    /// Reads a registry.
    ///
    /// # Errors
    ///
    /// Returns a [`ConfigError`] that names the key.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        let (file, digest): (RegistryFile, _) = config::read(FILE, text)?;
        check::networks(file.environment, &file.networks)?;
        check::ambiguity(&file)?;
        let mut tokens = BTreeMap::new();
        for (key, token) in file.tokens {
            let network = file.networks.get(&token.network);
            check::token(&key, &token, network)?;
            let symbol = token.symbol.unwrap_or_else(|| key.clone());
            let TokenFile { network, address, decimals, program, asset_ids, .. } = token;
            let token = Token { symbol, network, address, decimals, program, asset_ids };
            tokens.insert(key, token);
        }
        let RegistryFile { environment, networks, quotes, .. } = file;
        Ok(Self { environment, networks, tokens, quotes, digest })
    }

    /// Returns the environment that everything in here belongs to.
    pub const fn environment(&self) -> Environment {
        self.environment
    }

    /// Returns a network by our name of it.
    pub fn network(&self, name: &str) -> Option<&Network> {
        self.networks.get(name)
    }

    /// Returns all networks with our names of them.
    pub fn networks(&self) -> impl Iterator<Item = (&str, &Network)> {
        self.networks.iter().map(|(name, network)| (name.as_str(), network))
    }

    /// Returns what is pinned of quotes and signed intents. Without it no quote is believed.
    pub const fn quotes(&self) -> Option<&QuotePins> {
        self.quotes.as_ref()
    }

    /// Returns a token by its key.
    pub fn token(&self, key: &str) -> Option<&Token> {
        self.tokens.get(key)
    }

    /// Finds a token by `SYMBOL@network`, and its key.
    pub fn find(&self, symbol: &str, network: &str) -> Option<(&str, &Token)> {
        let found = |token: &Token| token.symbol == symbol && token.network == network;
        self.tokens.iter().find_map(|(key, token)| found(token).then_some((key.as_str(), token)))
    }

    /// Returns all tokens with their keys.
    pub fn tokens(&self) -> impl Iterator<Item = (&str, &Token)> {
        self.tokens.iter().map(|(key, token)| (key.as_str(), token))
    }

    /// Says whether a contract is the Permit2 of most chains on a chain that has another: on zkSync
    /// Era, whose compiler makes other code, and so another address, of the same source.
    pub fn is_another_chains_permit2(chain_id: u64, permit2: EvmAddress) -> bool {
        check::is_another_chains_permit2(chain_id, permit2)
    }

    /// Returns SHA-256 of the registry's text.
    pub const fn digest(&self) -> [u8; 32] {
        self.digest
    }
}

#[cfg(test)]
pub(crate) mod tests;
