//! The public clusters, by the hashes of their first blocks.

use countersign_approval::Environment;
use countersign_units::SolanaHash;
use solana_sdk::pubkey::Pubkey;

/// Source: [Clusters](https://docs.anza.xyz/clusters/available).
const KNOWN: [(SolanaHash, Environment); 3] = [
    (of("5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d"), Environment::Mainnet),
    (of("EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG"), Environment::Testnet),
    (of("4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY"), Environment::Testnet),
];

/// Returns the environment of a cluster, where it is a public one.
pub(crate) fn environment_of(genesis_hash: SolanaHash) -> Option<Environment> {
    KNOWN.iter().find_map(|(hash, environment)| (*hash == genesis_hash).then_some(*environment))
}

/// Reads a hash, which is written as a key is.
const fn of(text: &str) -> SolanaHash {
    SolanaHash::new(Pubkey::from_str_const(text).to_bytes())
}
