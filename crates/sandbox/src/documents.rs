//! What a client needs to trust this sandbox: a registry, a policy, an address to be paid at.

use alloy::primitives::Address;
use tempo_contracts::PERMIT2_ADDRESS;

use crate::bitcoin::{CoinForm, Wallet};
use crate::config::HtlcTemplate;
use crate::market::TOKENS;
use crate::network::{NETWORKS, Network, NetworkKind};
use crate::world::{Token, World};

/// What the sandbox's chains can say before a signature, so that nothing is signed without it.
const FACTS: [&str; 11] = [
    "owner_code",
    "spender_code_hash",
    "spender_implementation",
    "balance",
    "allowance",
    "domain_separator",
    "nonce_bitmap",
    "block_time",
    "coins",
    "confirmations",
    "height",
];

/// The witness struct that the escrow verifies.
const WITNESS: &str =
    "DepositWitness(address resolverDepositAddress,bytes32 secretHash,uint256 deadline)";

/// What bounds a transaction on Bitcoin.
const BITCOIN: &str = "
[bitcoin]
max_fee_sats = 20000
max_fee_rate = 100
stressed_fee_rate = 50
max_lock_seconds = 86400
foreign_inputs = \"witness_utxo\"
min_confirmations = 1
";

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
    let head = format!(
        "paused = false\nmax_deadline_seconds = 3600\nmax_slippage_bps = 100\nrequire_facts = {FACTS:?}\n{BITCOIN}"
    );
    let limits = TOKENS.iter().map(|token| {
        let (per_swap, per_day) = token.limits;
        format!("\n[limits.{}]\nper_swap = \"{per_swap}\"\nper_day = \"{per_day}\"\n", token.key)
    });
    std::iter::once(head).chain(limits).collect()
}

/// Makes up an address of a network.
pub(crate) fn new_recipient(network: &str) -> Option<String> {
    let network = Network::named(network)?;
    Some(match (network.kind, network.addresses()) {
        (_, Some(form)) => form.write(Address::from(rand::random::<[u8; 20]>())),
        (NetworkKind::Bitcoin, None) => Wallet::random().address(CoinForm::P2wpkh).to_string(),
        (_, None) => bs58::encode(rand::random::<[u8; 32]>()).into_string(),
    })
}

fn pinned_network(world: &World, network: &Network) -> String {
    let Network { name, api_id, .. } = network;
    let kind = network.kind_name();
    let head = format!("[networks.{name}]\nkind = \"{kind}\"\napi_network_id = {api_id}\n");
    if let NetworkKind::Bitcoin = network.kind {
        return format!("{head}{}", bitcoin_pins(world));
    }
    let pins = network.chain_id().zip(network.addresses()).zip(world.escrow(network));
    let Some(((chain_id, form), escrow)) = pins else { return head };
    let code_hash = world.escrow_code_hash(network).unwrap_or_default();
    let resolver = world.parties().resolver.address();
    let [permit2, escrow, resolver] =
        [PERMIT2_ADDRESS, escrow, resolver].map(|address| form.write(address));
    format!(
        "{head}\
         chain_id = {chain_id}\n\
         permit2 = \"{permit2}\"\n\
         escrows = [\"{escrow}\"]\n\
         escrow_code_hash = \"{code_hash}\"\n\
         resolvers = [\"{resolver}\"]\n\
         witnesses = [\"{WITNESS}\"]\n"
    )
}

fn bitcoin_pins(world: &World) -> String {
    let templates = HtlcTemplate::ALL.map(HtlcTemplate::name);
    let claim_key = world.bitcoin().claim_key();
    format!(
        "network = \"regtest\"\nhtlc_templates = {templates:?}\nclaim_keys = [\"{claim_key}\"]\n"
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
        listing.key, listing.network.name, token.address, listing.decimals
    )
}
