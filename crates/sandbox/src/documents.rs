//! What a client needs to trust this sandbox: a registry, a policy, an address to be paid at.

use alloy::primitives::Address;
use tempo_contracts::PERMIT2_ADDRESS;

use crate::market::{NETWORKS, NetworkListing, TOKENS};
use crate::world::{Token, World};

/// The witness struct that the escrow verifies.
const WITNESS: &str =
    "DepositWitness(address resolverDepositAddress,bytes32 secretHash,uint256 deadline)";

/// Writes the registry.
pub(crate) fn registry(world: &World) -> String {
    let networks = NETWORKS.iter().map(|network| pinned_network(world, network));
    let tokens = world.tokens().iter().map(pinned_token);
    let sections: Vec<_> = std::iter::once("environment = \"sandbox\"\n".to_owned())
        .chain(networks)
        .chain(tokens)
        .collect();
    sections.join("\n")
}

/// Writes the policy.
pub(crate) fn policy() -> String {
    let head =
        "paused = false\nmax_deadline_seconds = 3600\nmax_slippage_bps = 100\nrequire_facts = []\n";
    let limits = TOKENS.iter().map(|token| {
        let (per_swap, per_day) = token.limits;
        format!("\n[limits.{}]\nper_swap = \"{per_swap}\"\nper_day = \"{per_day}\"\n", token.key)
    });
    std::iter::once(head.to_owned()).chain(limits).collect()
}

/// Makes up an address of a network.
pub(crate) fn new_recipient(network: &str) -> Option<String> {
    let network = NETWORKS.iter().find(|listing| listing.name == network)?;
    Some(match network.chain_id {
        Some(_) => Address::from(rand::random::<[u8; 20]>()).to_string(),
        None => bs58::encode(rand::random::<[u8; 32]>()).into_string(),
    })
}

fn pinned_network(world: &World, network: &NetworkListing) -> String {
    let NetworkListing { name, api_id, chain_id } = network;
    let Some((chain_id, escrow)) = chain_id.zip(world.escrow(name)) else {
        return format!("[networks.{name}]\nkind = \"solana\"\napi_network_id = {api_id}\n");
    };
    let resolver = world.parties().resolver.address();
    format!(
        "[networks.{name}]\n\
         kind = \"evm\"\n\
         api_network_id = {api_id}\n\
         chain_id = {chain_id}\n\
         permit2 = \"{PERMIT2_ADDRESS}\"\n\
         escrows = [\"{escrow}\"]\n\
         resolvers = [\"{resolver}\"]\n\
         witnesses = [\"{WITNESS}\"]\n"
    )
}

fn pinned_token(token: &Token) -> String {
    let listing = token.listing;
    let symbol = if listing.key == listing.symbol {
        String::new()
    } else {
        format!("symbol = \"{}\"\n", listing.symbol)
    };
    format!(
        "[tokens.{}]\n{symbol}network = \"{}\"\naddress = \"{}\"\ndecimals = {}\n",
        listing.key, listing.network, token.address, listing.decimals
    )
}
