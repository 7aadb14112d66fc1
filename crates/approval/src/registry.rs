use std::collections::BTreeMap;

use countersign_units::EvmAddress;
use serde::Deserialize;

use crate::{ConfigError, Environment, config};

mod check;

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
    digest: [u8; 32],
}

/// A network, and what is pinned there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Network {
    /// What kind of chain it is.
    pub kind: NetworkKind,
    /// The intent API's own number of the network. Not the chain id.
    pub api_network_id: u64,
    /// The EIP-155 chain id, on EVM networks.
    pub chain_id: Option<u64>,
    /// The Permit2 contract, on EVM networks.
    pub permit2: Option<EvmAddress>,
    /// The escrow contracts that may spend a permit. Empty: unpinned.
    #[serde(default)]
    pub escrows: Vec<EvmAddress>,
    /// Keccak-256 of the escrow's code, as `0x` and 64 hex digits.
    #[serde(default, deserialize_with = "hash")]
    pub escrow_code_hash: Option<[u8; 32]>,
    /// The implementation behind the escrow, where the escrow is an ERC-1967 proxy.
    pub escrow_implementation: Option<EvmAddress>,
    /// The deposit addresses of the resolvers we deal with.
    #[serde(default)]
    pub resolvers: Vec<EvmAddress>,
    /// The allowed witness structs, as EIP-712 encodeType.
    #[serde(default)]
    pub witnesses: Vec<String>,
    /// Addresses that the API may name in `approve_to`.
    #[serde(default)]
    pub approve_to: Vec<String>,
}

/// A kind of chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum NetworkKind {
    /// Ethereum and its kin: approved by a Permit2 signature.
    Evm,
    /// Tron.
    Tron,
    /// Bitcoin.
    Bitcoin,
    /// Solana.
    Solana,
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
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RegistryFile {
    environment: Environment,
    networks: BTreeMap<String, Network>,
    tokens: BTreeMap<String, TokenFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenFile {
    symbol: Option<String>,
    network: String,
    address: String,
    decimals: u8,
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
            let TokenFile { network, address, decimals, .. } = token;
            tokens.insert(key, Token { symbol, network, address, decimals });
        }
        Ok(Self { environment: file.environment, networks: file.networks, tokens, digest })
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

    /// Returns SHA-256 of the registry's text.
    pub const fn digest(&self) -> [u8; 32] {
        self.digest
    }
}

fn hash<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<[u8; 32]>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let mut bytes = [0; 32];
    let digits = text.strip_prefix("0x").unwrap_or_default();
    hex::decode_to_slice(digits, &mut bytes)
        .map_err(|_| serde::de::Error::custom("expected 0x and 64 hex digits"))?;
    Ok(Some(bytes))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const SAMPLE: &str = r#"
environment = "testnet"
[networks.ethereum]
kind = "evm"
api_network_id = 1
chain_id = 11155111
permit2 = "0x000000000022D473030F116dDEE9F6B43aC78BA3"
escrows = ["0x5047df89E1A7EB370B5f9d7604BB5dF2278ca63E"]
resolvers = []
witnesses = ["DepositWitness(address resolverDepositAddress,bytes32 secretHash,uint256 deadline)"]
[networks.solana]
kind = "solana"
api_network_id = 4
[tokens.USDC]
network = "ethereum"
address = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
decimals = 6
[tokens.SOL]
network = "solana"
address = "So11111111111111111111111111111111111111112"
decimals = 9
"#;

    #[test]
    fn reads_networks_and_tokens() {
        let registry = Registry::from_toml(SAMPLE).unwrap();
        assert_eq!(registry.environment(), Environment::Testnet);
        assert_eq!(registry.find("USDC", "ethereum").unwrap().0, "USDC");
        assert!(registry.find("USDC", "solana").is_none());
        assert_eq!(registry.network("ethereum").unwrap().chain_id, Some(11_155_111));
    }

    /// Another token of the same network, before the one of the sample.
    fn twin(symbol: &str, address: &str) -> String {
        format!(
            "[tokens.TWIN]\n{symbol}\nnetwork = \"ethereum\"\naddress = \"{address}\"\ndecimals = 6\n[tokens.SOL]"
        )
    }

    #[test]
    fn refuses_unknown_keys_and_senseless_values() {
        for (from, to, names) in [
            ("permit2", "permit3", "permit3"),
            ("environment = \"testnet\"", "environment = \"main\"", "environment"),
            ("chain_id = 11155111", "", "networks.ethereum.chain_id"),
            ("network = \"solana\"", "network = \"solna\"", "tokens.SOL.network"),
            ("0xA0b8", "0xa0b8", "tokens.USDC.address"),
            (
                "5047df89E1A7EB370B5f9d7604BB5dF2278ca63E",
                "0000000000000000000000000000000000000000",
                "networks.ethereum.escrows",
            ),
            ("decimals = 9", "decimals = 78", "tokens.SOL.decimals"),
            ("11155111", "1", "networks.ethereum.chain_id"),
            ("api_network_id = 4", "api_network_id = 1", "networks.solana"),
            (
                "[tokens.SOL]",
                &twin("symbol = \"USDC\"", "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"),
                "USDC@ethereum",
            ),
            (
                "[tokens.SOL]",
                &twin("", "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"),
                "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48 on ethereum",
            ),
        ] {
            let error = Registry::from_toml(&SAMPLE.replacen(from, to, 1)).unwrap_err();
            assert!(error.to_string().contains(names), "{names}: {error}");
        }
    }
}
