//! What a registry must be beyond its types.

use std::collections::{BTreeMap, HashSet};

use countersign_units::EvmAddress;

use super::{FILE, Network, NetworkKind, RegistryFile, TokenFile};
use crate::{ConfigError, Environment};

/// Chains with real value, by EIP-155 id: Ethereum, Optimism, BNB, Gnosis, Polygon, zkSync Era, Base,
/// Arbitrum One, Avalanche, Linea.
const MAINNETS: [u64; 10] = [1, 10, 56, 100, 137, 324, 8_453, 42_161, 43_114, 59_144];
/// Public chains without value: Sepolia, Holesky, Hoodi, and the test networks of those above.
const TESTNETS: [u64; 9] =
    [11_155_111, 17_000, 560_048, 11_155_420, 97, 80_002, 84_532, 421_614, 43_113];

/// Requires each network to be whole, and to belong to the environment.
pub(super) fn networks(
    environment: Environment,
    networks: &BTreeMap<String, Network>,
) -> Result<(), ConfigError> {
    networks.iter().try_for_each(|(name, found)| {
        network(name, found)?;
        environment_of(environment, name, found)
    })
}

fn network(name: &str, network: &Network) -> Result<(), ConfigError> {
    let member = |key: &str| format!("networks.{name}.{key}");
    if network.kind == NetworkKind::Evm && network.chain_id.is_none() {
        return Err(ConfigError::value(FILE, member("chain_id"), "a chain id", "nothing"));
    }
    if let Some(zero) = network.escrows.iter().find(|escrow| escrow.is_zero()) {
        return Err(ConfigError::value(FILE, member("escrows"), "contract addresses", zero));
    }
    let bad = |resolver: &&EvmAddress| resolver.is_zero() || network.escrows.contains(resolver);
    if let Some(bad) = network.resolvers.iter().find(bad) {
        let expected = "addresses that are neither zero nor an escrow";
        return Err(ConfigError::value(FILE, member("resolvers"), expected, bad));
    }
    Ok(())
}

/// Refuses a registry that names one thing twice: limits and echoes are counted by these names.
pub(super) fn ambiguity(file: &RegistryFile) -> Result<(), ConfigError> {
    let mut seen = HashSet::new();
    for (name, network) in &file.networks {
        let chain = network.chain_id.map(|id| format!("chain_id = {id}"));
        let number = format!("api_network_id = {}", network.api_network_id);
        for id in chain.into_iter().chain([number]) {
            if !seen.insert(id.clone()) {
                let expected = "an id that no other network has";
                return Err(ConfigError::value(FILE, format!("networks.{name}"), expected, id));
            }
        }
    }
    for (key, token) in &file.tokens {
        let symbol = token.symbol.as_ref().unwrap_or(key);
        let address = token.address.to_lowercase();
        for id in [format!("{symbol}@{}", token.network), format!("{address} on {}", token.network)]
        {
            if !seen.insert(id.clone()) {
                let expected = "a symbol and an address that no other token of the network has";
                return Err(ConfigError::value(FILE, format!("tokens.{key}"), expected, id));
            }
        }
    }
    Ok(())
}

/// Refuses a chain that is known to belong to another environment.
fn environment_of(
    environment: Environment,
    name: &str,
    network: &Network,
) -> Result<(), ConfigError> {
    let Some(chain_id) = network.chain_id else { return Ok(()) };
    let (mainnet, testnet) = (MAINNETS.contains(&chain_id), TESTNETS.contains(&chain_id));
    let fits = match environment {
        Environment::Mainnet => !testnet,
        Environment::Testnet => !mainnet,
        Environment::Sandbox => !mainnet && !testnet,
    };
    if fits {
        return Ok(());
    }
    let member = format!("networks.{name}.chain_id");
    Err(ConfigError::value(FILE, member, "a chain of the registry's environment", chain_id))
}

pub(super) fn token(
    key: &str,
    token: &TokenFile,
    network: Option<&Network>,
) -> Result<(), ConfigError> {
    let member = |name: &str| format!("tokens.{key}.{name}");
    let Some(network) = network else {
        let expected = "a network of the registry";
        return Err(ConfigError::value(FILE, member("network"), expected, &token.network));
    };
    if network.kind == NetworkKind::Evm && token.address.parse::<EvmAddress>().is_err() {
        let expected = "0x and 40 hex digits, with a right checksum if of mixed case";
        return Err(ConfigError::value(FILE, member("address"), expected, &token.address));
    }
    if token.decimals > 77 {
        return Err(ConfigError::value(FILE, member("decimals"), "at most 77", token.decimals));
    }
    Ok(())
}
