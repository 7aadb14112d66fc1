//! What a client needs to trust this sandbox: a registry, a policy, an address to be paid at.

use alloy::primitives::Address as EvmAddress;
use solana_address::Address;
use solana_sdk::signature::Signer;
use tempo_contracts::PERMIT2_ADDRESS;

use crate::bitcoin::{CoinForm, Wallet};
use crate::config::{HtlcTemplate, SponsorSigns};
use crate::market::TOKENS;
use crate::network::{NETWORKS, Network, NetworkKind};
use crate::quoted::{Quoted, VERIFYING_CONTRACT, asset_ids};
use crate::solana::Solana;
use crate::world::{Token, World};

/// What the sandbox's chains can say before a signature, so that nothing is signed without it.
const FACTS: [&str; 18] = [
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
    "tables",
    "mint",
    "source",
    "destination",
    "blockhash",
    "simulation",
    "asset_list",
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

/// What bounds a transaction on Solana.
const SOLANA: &str = "
[solana]
max_fee_lamports = 0
max_compute_unit_price = 100000
allowed_extensions = [\"metadata_pointer\", \"token_metadata\"]
opaque_programs = false
max_transfer_fee_lamports = 5000000
";

/// What bounds transactions of our own where an EVM runs, quoted deposits, and signed intents: these live
/// for three days longer than any other deadline.
const DEPOSITS: &str = "
[evm]
max_gas = 500000
max_fee_per_gas = 200000000000
max_priority_fee_per_gas = 20000000000
max_fee = 50000000000000000

[tron]
max_fee_limit_sun = 100000000
max_expiration_seconds = 600

[deposits]
max_app_fee_bps = 100
max_intent_seconds = 277200
";

/// The programs that a transaction on Solana may call.
const PROGRAMS: [Address; 6] = [
    solana_system_interface::program::ID,
    solana_compute_budget_interface::ID,
    spl_token_interface::ID,
    spl_token_2022_interface::ID,
    spl_associated_token_account_interface::program::ID,
    spl_memo_interface::v3::ID,
];

/// Writes the registry.
pub(crate) fn registry(world: &World, quoted: &Quoted, sponsor: SponsorSigns) -> String {
    let networks = NETWORKS.iter().map(|network| pinned_network(world, network, sponsor));
    let tokens = world.tokens().iter().map(pinned_token);
    let sections: Vec<_> = std::iter::once("environment = \"sandbox\"\n".to_owned())
        .chain([quote_pins(quoted)])
        .chain(networks)
        .chain(tokens)
        .collect();
    sections.join("\n")
}

/// Writes the policy.
pub(crate) fn policy() -> String {
    let head = format!(
        "paused = false\nmax_deadline_seconds = 18000\nmax_slippage_bps = 100\nrequire_facts = {FACTS:?}\n{BITCOIN}{SOLANA}{DEPOSITS}"
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
        (_, Some(form)) => form.write(EvmAddress::from(rand::random::<[u8; 20]>())),
        (NetworkKind::Bitcoin, None) => Wallet::random().address(CoinForm::P2wpkh).to_string(),
        (_, None) => bs58::encode(rand::random::<[u8; 32]>()).into_string(),
    })
}

fn pinned_network(world: &World, network: &Network, sponsor: SponsorSigns) -> String {
    let Network { name, api_id, .. } = network;
    let kind = network.kind_name();
    let head = format!("[networks.{name}]\nkind = \"{kind}\"\napi_network_id = {api_id}\n");
    if let NetworkKind::Bitcoin = network.kind {
        return format!("{head}{}", bitcoin_pins(world));
    }
    if let NetworkKind::Solana = network.kind {
        return format!("{head}{}", solana_pins(world.solana(), sponsor));
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

/// Pins who signs quotes, who takes a fee of them, and what carries intents out.
fn quote_pins(quoted: &Quoted) -> String {
    let (key, salt) = (quoted.quote_key(), hex::encode(quoted.ledger().salt()));
    let platform = quoted.platform();
    format!(
        "[quotes]\n\
         keys = [\"{key}\"]\n\
         fee_recipients = [\"{platform}\"]\n\
         verifying_contract = \"{VERIFYING_CONTRACT}\"\n\
         nonce_salts = [\"{salt}\"]\n"
    )
}

fn bitcoin_pins(world: &World) -> String {
    let templates = HtlcTemplate::ALL.map(HtlcTemplate::name);
    let claim_key = world.bitcoin().claim_key();
    format!(
        "network = \"regtest\"\nhtlc_templates = {templates:?}\nclaim_keys = [\"{claim_key}\"]\n"
    )
}

fn solana_pins(solana: &Solana, sponsor: SponsorSigns) -> String {
    let genesis_hash = solana.engine.genesis();
    let (fee_payer, destination) = (solana.sponsor.pubkey(), solana.vault.pubkey());
    let programs = PROGRAMS.map(|program| program.to_string());
    let others_sign = match sponsor {
        SponsorSigns::Before => "before",
        SponsorSigns::After => "anytime",
    };
    format!(
        "genesis_hash = \"{genesis_hash}\"\n\
         fee_payers = [\"{fee_payer}\"]\n\
         others_sign = \"{others_sign}\"\n\
         destinations = [\"{destination}\"]\n\
         programs = {programs:?}\n"
    )
}

fn pinned_token(token: &Token) -> String {
    let listing = token.listing;
    let symbol = if listing.key == listing.symbol {
        String::new()
    } else {
        format!("symbol = \"{}\"\n", listing.symbol)
    };
    let program = token.program_name().map(|program| format!("program = \"{program}\"\n"));
    let program = program.unwrap_or_default();
    let ids = asset_ids(listing);
    format!(
        "[tokens.{}]\n{symbol}network = \"{}\"\naddress = \"{}\"\ndecimals = {}\n{program}\
         asset_ids = {ids:?}\n",
        listing.key, listing.network.name, token.address, listing.decimals
    )
}
