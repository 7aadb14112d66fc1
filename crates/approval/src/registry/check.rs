//! What a registry must be beyond its types.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Display;

use countersign_units::{EvmAddress, SolanaAddress, U256};

use super::{
    CosignPins, FILE, HtlcPins, Network, NetworkKind, RegistryFile, TokenFile, TokenProgram,
};
use crate::{BitcoinNetwork, ConfigError, Environment};

/// Chains with real value, by EIP-155 id: Ethereum, Optimism, BNB, Gnosis, Polygon, zkSync Era, Base,
/// Arbitrum One, Avalanche, Linea, Tron.
const MAINNETS: [u64; 11] =
    [1, 10, 56, 100, 137, ZKSYNC_ERA, 8_453, 42_161, 43_114, 59_144, 728_126_428];
/// Public chains without value: Sepolia, Holesky, Hoodi, and the test networks of those above, with
/// Tron's Nile and Shasta.
const TESTNETS: [u64; 11] = [
    11_155_111,
    17_000,
    560_048,
    11_155_420,
    97,
    80_002,
    84_532,
    421_614,
    43_113,
    3_448_148_188,
    2_494_104_990,
];
const ZKSYNC_ERA: u64 = 324;
/// Permit2 on most chains, `0x000000000022D473030F116dDEE9F6B43aC78BA3`: its address follows from
/// its code, and zkSync's compiler makes another code.
const PERMIT2: EvmAddress = EvmAddress::new([
    0x00, 0x00, 0x00, 0x00, 0x00, 0x22, 0xd4, 0x73, 0x03, 0x0f, 0x11, 0x6d, 0xde, 0xe9, 0xf6, 0xb4,
    0x3a, 0xc7, 0x8b, 0xa3,
]);

/// The clusters of Solana that are known, by the hashes of their first blocks.
const CLUSTERS: [(&str, Environment); 3] = [
    ("5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d", Environment::Mainnet),
    ("4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY", Environment::Testnet),
    ("EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG", Environment::Testnet),
];

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

/// Says whether a contract is the Permit2 of most chains on a chain that has another.
pub(super) fn is_another_chains_permit2(chain_id: u64, permit2: EvmAddress) -> bool {
    chain_id == ZKSYNC_ERA && permit2 == PERMIT2
}

fn network(name: &str, network: &Network) -> Result<(), ConfigError> {
    if let Some(pins) = &network.cosign {
        return cosign(name, pins);
    }
    let Some(pins) = &network.permit2 else { return Ok(()) };
    let refuse = |key: &str, expected: &'static str, found: &dyn Display| {
        Err(ConfigError::value(FILE, format!("networks.{name}.{key}"), expected, found))
    };
    let wide = pins.standard.mask(U256::from(pins.chain_id)) != U256::from(pins.chain_id);
    if wide {
        return refuse("chain_id", "the low 32 bits, which Tron hashes", &pins.chain_id);
    }
    if pins.contract.is_some_and(|permit2| is_another_chains_permit2(pins.chain_id, permit2)) {
        return refuse("permit2", "zkSync's own, which has another address", &PERMIT2);
    }
    let no_escrow = |escrow: &&EvmAddress| escrow.is_zero() || pins.contract == Some(**escrow);
    if let Some(found) = pins.escrows.iter().find(no_escrow) {
        let expected = "contracts that are neither zero nor Permit2";
        return refuse("escrows", expected, &pins.standard.show(*found));
    }
    let bad = |resolver: &&EvmAddress| resolver.is_zero() || pins.escrows.contains(resolver);
    if let Some(bad) = pins.resolvers.iter().find(bad) {
        let expected = "addresses that are neither zero nor an escrow";
        return refuse("resolvers", expected, &pins.standard.show(*bad));
    }
    Ok(())
}

/// Requires what can't be read to be allowed at all, and no program to pay or to be paid.
fn cosign(name: &str, pins: &CosignPins) -> Result<(), ConfigError> {
    let stray = pins.opaque_programs.iter().find(|program| !pins.programs.contains(program));
    if let Some(stray) = stray {
        let member = format!("networks.{name}.opaque_programs");
        return Err(ConfigError::value(FILE, member, "programs that stand in programs", stray));
    }
    let zero = SolanaAddress::new([0; 32]);
    for (key, list) in [("fee_payers", &pins.fee_payers), ("destinations", &pins.destinations)] {
        if list.contains(&zero) {
            let member = format!("networks.{name}.{key}");
            return Err(ConfigError::value(FILE, member, "accounts with an owner", zero));
        }
    }
    Ok(())
}

/// Refuses a registry that names one thing twice: limits and echoes are counted by these names.
pub(super) fn ambiguity(file: &RegistryFile) -> Result<(), ConfigError> {
    let mut seen = HashSet::new();
    for (name, network) in &file.networks {
        let pins = network.permit2.as_ref();
        let chain = pins.map(|pins| format!("chain_id = {}", pins.chain_id));
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
        for id in &token.asset_ids {
            if !seen.insert(format!("asset {id}")) {
                let expected = "ids that stand nowhere else";
                return Err(ConfigError::value(
                    FILE,
                    format!("tokens.{key}.asset_ids"),
                    expected,
                    id,
                ));
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
    if let Some(pins) = &network.htlc {
        return bitcoin_environment(environment, name, pins);
    }
    if let Some(pins) = &network.cosign {
        return solana_environment(environment, name, pins);
    }
    let Some(chain_id) = network.permit2.as_ref().map(|pins| pins.chain_id) else {
        return Ok(());
    };
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

fn bitcoin_environment(
    environment: Environment,
    name: &str,
    pins: &HtlcPins,
) -> Result<(), ConfigError> {
    let own = match pins.network {
        BitcoinNetwork::Mainnet => Environment::Mainnet,
        BitcoinNetwork::Testnet | BitcoinNetwork::Signet => Environment::Testnet,
        BitcoinNetwork::Regtest => Environment::Sandbox,
    };
    if own == environment {
        return Ok(());
    }
    let member = format!("networks.{name}.network");
    Err(ConfigError::value(FILE, member, "a network of the registry's environment", pins.network))
}

fn solana_environment(
    environment: Environment,
    name: &str,
    pins: &CosignPins,
) -> Result<(), ConfigError> {
    let hash = pins.genesis_hash.to_string();
    let known = CLUSTERS.iter().find(|(genesis, _)| *genesis == hash);
    // A cluster of one's own is nobody's main network.
    let own = known.map_or(Environment::Sandbox, |(_, environment)| *environment);
    let fits = own == environment || (known.is_none() && environment == Environment::Testnet);
    if fits {
        return Ok(());
    }
    let member = format!("networks.{name}.genesis_hash");
    Err(ConfigError::value(FILE, member, "a cluster of the registry's environment", hash))
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
    if let Some(standard) = network.kind.standard()
        && standard.parse_address(&token.address).is_err()
    {
        let expected = standard.address_form();
        return Err(ConfigError::value(FILE, member("address"), expected, &token.address));
    }
    let solana = network.kind == NetworkKind::Solana;
    if solana && token.address.parse::<SolanaAddress>().is_err() {
        let expected = "a mint, as 32 bytes in base58";
        return Err(ConfigError::value(FILE, member("address"), expected, &token.address));
    }
    if !solana && token.program.is_some_and(|program| program != TokenProgram::Native) {
        let (expected, found) = ("native or nothing, unless the token is on Solana", "a program");
        return Err(ConfigError::value(FILE, member("program"), expected, found));
    }
    native(token, network, &member)?;
    asset_ids(token, &member)?;
    if token.decimals > 77 {
        return Err(ConfigError::value(FILE, member("decimals"), "at most 77", token.decimals));
    }
    Ok(())
}

/// Requires a chain's own coin to have no contract, and a token to have one.
fn native(
    token: &TokenFile,
    network: &Network,
    member: &dyn Fn(&str) -> String,
) -> Result<(), ConfigError> {
    let Some(standard) = network.kind.standard() else { return Ok(()) };
    let is_native = token.program == Some(TokenProgram::Native);
    let is_zero = standard.parse_address(&token.address).is_ok_and(|address| address.is_zero());
    if is_native == is_zero {
        return Ok(());
    }
    let expected = "the zero address for program = \"native\", and for nothing else";
    Err(ConfigError::value(FILE, member("address"), expected, &token.address))
}

/// Requires asset ids that can stand on a screen and in a log.
fn asset_ids(token: &TokenFile, member: &dyn Fn(&str) -> String) -> Result<(), ConfigError> {
    let plain = |id: &&String| {
        (1..=256).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
    };
    match token.asset_ids.iter().find(|id| !plain(id)) {
        None => Ok(()),
        Some(found) => {
            let expected = "asset ids of 1 to 256 visible characters";
            Err(ConfigError::value(FILE, member("asset_ids"), expected, found.escape_debug()))
        }
    }
}
