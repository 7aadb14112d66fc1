//! Terms that say what the registry pins, each with twins that say one thing else.

mod bitcoin;
mod evm;
mod intents;
mod solana;

use countersign_approval::{AssetAmount, Network, Registry, Token};
use countersign_units::Lots;

use super::asset;

const REGISTRY: &str = r#"
environment = "sandbox"
[networks.ethereum]
kind = "evm"
api_network_id = 1
chain_id = 31337
permit2 = "0x000000000022D473030F116dDEE9F6B43aC78BA3"
escrows = ["0x5047df89E1A7EB370B5f9d7604BB5dF2278ca63E"]
resolvers = ["0xFAa2C73d45F573aD2b6a5d83617719F230ED6441"]
witnesses = ["W(address resolverDepositAddress)"]
[networks.tron]
kind = "tron"
api_network_id = 2
chain_id = 4242
permit2 = "TTJxU3P8rHycAyFY4kVtGNfmnMH4ezcuM9"
[networks.bitcoin]
kind = "bitcoin"
api_network_id = 3
network = "regtest"
htlc_templates = ["htlc-p2wsh-v1", "htlc-p2tr-v1"]
claim_keys = ["0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"]
[networks.solana]
kind = "solana"
api_network_id = 4
genesis_hash = "3EKkiwNLWqoUbzFkPrmKbtUB4EweE6f4STzevYUmezeL"
others_sign = "before"
fee_payers = ["3JF3sEqM796hk5WFqA6EtmEwJQ9quALszsfJyvXNQKy3"]
cosigners = ["3NAM1YJMhSPvtAkmGTRABe1hYZN3aE2hZHKy3JZy9fHk"]
destinations = ["3S5e9qmNHjhA2G1Ghkk5UWnTniaFFHiX7gzd6gcZtzcT"]
programs = [
  "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA", "3VzwJ9ENt2zPAMFn944zmPZE2snSvMQLg6fHA4fAeKwA",
]
opaque_programs = ["3VzwJ9ENt2zPAMFn944zmPZE2snSvMQLg6fHA4fAeKwA"]
nonce_accounts = ["3ZvESShPULHcJSWHaMPv4GKzH2zebR6AEWKwDShmPfFs"]
[tokens.USDC]
network = "ethereum"
address = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
decimals = 6
asset_ids = ["nep141:usdc", "nep141:usdc.omft"]
[tokens.DAI]
network = "ethereum"
address = "0x6B175474E89094C44Da98b954EedeAC495271d0F"
decimals = 18
asset_ids = ["nep141:dai"]
[tokens.ETH]
network = "ethereum"
address = "0x0000000000000000000000000000000000000000"
decimals = 18
program = "native"
[tokens.USDT-tron]
symbol = "USDT"
network = "tron"
address = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
decimals = 6
[tokens.SOL]
network = "solana"
address = "11111111111111111111111111111111"
decimals = 9
program = "native"
[tokens.USDC-solana]
symbol = "USDC"
network = "solana"
address = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
decimals = 6
program = "spl-token"
[quotes]
keys = []
verifying_contract = "intents.sandbox"
nonce_salts = ["252812b3"]
"#;

fn registry() -> Registry {
    Registry::from_toml(REGISTRY).unwrap()
}

fn network(name: &str) -> Network {
    registry().network(name).unwrap().clone()
}

fn token(key: &str) -> Token {
    registry().token(key).unwrap().clone()
}

/// Requires a refusal that names the member.
fn refused(outcome: Result<(), String>, member: &str) {
    let why = outcome.unwrap_err();
    assert!(why.starts_with(&format!("{member}: expected ")), "{member}: {why}");
}

#[test]
fn a_token_is_what_the_registry_says_it_is() {
    let registry = registry();
    let honest = AssetAmount {
        token: "USDC".to_owned(),
        symbol: "USDC".to_owned(),
        network: "ethereum".to_owned(),
        decimals: 6,
        amount: Lots::from(1),
    };
    asset::token(&registry, &honest).unwrap();
    let told = |asset: &AssetAmount| asset::token(&registry, asset).map(drop);
    let other = |change: &dyn Fn(&mut AssetAmount)| {
        let mut asset = honest.clone();
        change(&mut asset);
        told(&asset)
    };
    refused(other(&|asset| asset.token = "USDX".to_owned()), "token");
    refused(other(&|asset| asset.network = "solana".to_owned()), "token's network");
    refused(other(&|asset| asset.symbol = "DAI".to_owned()), "symbol");
    refused(other(&|asset| asset.decimals = 18), "decimals");
}
