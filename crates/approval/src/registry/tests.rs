use super::*;
use crate::OthersSign;

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
    let pins = registry.network("ethereum").unwrap().permit2.as_ref().unwrap();
    assert_eq!(pins.chain_id, 11_155_111);
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
        ("chain_id = 11155111", "", "missing field `chain_id`"),
        ("network = \"solana\"", "network = \"solna\"", "tokens.SOL.network"),
        ("0xA0b8", "0xa0b8", "tokens.USDC.address"),
        (
            "5047df89E1A7EB370B5f9d7604BB5dF2278ca63E",
            "0000000000000000000000000000000000000000",
            "networks.ethereum.escrows",
        ),
        ("decimals = 9", "decimals = 78", "tokens.SOL.decimals"),
        ("11155111", "1", "networks.ethereum.chain_id"),
        ("kind = \"solana\"", "kind = \"solana\"\nchain_id = 7", "chain_id"),
        ("kind = \"solana\"", "kind = \"cosmos\"", "cosmos"),
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

const TRON: &str = r#"
environment = "sandbox"
[networks.tron]
kind = "tron"
api_network_id = 2
chain_id = 4242
permit2 = "TTJxU3P8rHycAyFY4kVtGNfmnMH4ezcuM9"
escrows = ["TNo59Khpq46FGf4sD7XSWYFNfYfbc8CqNK"]
[tokens.USDT]
network = "tron"
address = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
decimals = 6
"#;

#[test]
fn addresses_of_tron_are_written_as_on_tron() {
    let registry = Registry::from_toml(TRON).unwrap();
    let pins = registry.network("tron").unwrap().permit2.as_ref().unwrap();
    let escrow = pins.standard.show(pins.escrows[0]);
    assert_eq!(escrow, "TNo59Khpq46FGf4sD7XSWYFNfYfbc8CqNK");
    for (from, to, names) in [
        ("TTJxU3P8rHycAyFY4kVtGNfmnMH4ezcuM9", PERMIT2, "Tron address"),
        ("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", PERMIT2, "tokens.USDT.address"),
        ("TNo59Khpq46FGf4sD7XSWYFNfYfbc8CqNK", "TNo59Khpq46FGf4sD7XSWYFNfYfbc8CqNL", "Tron"),
        ("chain_id = 4242", "chain_id = 4294971538", "networks.tron.chain_id"),
        ("chain_id = 4242", "chain_id = 728126428", "networks.tron.chain_id"),
    ] {
        let error = Registry::from_toml(&TRON.replacen(from, to, 1)).unwrap_err();
        assert!(error.to_string().contains(names), "{names}: {error}");
    }
}

const PERMIT2: &str = "0x000000000022D473030F116dDEE9F6B43aC78BA3";

const BITCOIN: &str = r#"
environment = "sandbox"
[networks.bitcoin]
kind = "bitcoin"
api_network_id = 5
network = "regtest"
htlc_templates = ["htlc-p2wsh-v1"]
claim_keys = ["032bcc2d61ab68267d7caaad9ca68211158c621b10d16e9909bd23b0ff3080243d"]
[tokens.BTC]
network = "bitcoin"
address = "btc"
decimals = 8
"#;

#[test]
fn bitcoin_pins_templates_and_claim_keys() {
    let registry = Registry::from_toml(BITCOIN).unwrap();
    let pins = registry.network("bitcoin").unwrap().htlc.as_ref().unwrap();
    assert_eq!((pins.templates.len(), pins.claim_keys[0][0]), (1, 3));
    for (from, to, names) in [
        ("regtest", "mainnet", "networks.bitcoin.network"),
        ("regtest", "betanet", "regtest"),
        ("032bcc", "042bcc", "compressed public keys"),
        ("3080243d", "3080243", "compressed public keys"),
        ("network = \"regtest\"\n", "", "missing field `network`"),
        ("htlc_templates", "templates", "templates"),
    ] {
        let error = Registry::from_toml(&BITCOIN.replacen(from, to, 1)).unwrap_err();
        assert!(error.to_string().contains(names), "{names}: {error}");
    }
}

const SOLANA: &str = r#"
environment = "mainnet"
[networks.solana]
kind = "solana"
api_network_id = 4
genesis_hash = "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d"
fee_payers = ["3ePf5MZcoS8cVZRH6Z3aXipCFatQ8p27woE3rMvcSrRc"]
destinations = ["4XNMvsQsNzeeQRZpjhrqHHQ666KkbzUrSTwpdKfv5HRP"]
programs = ["TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"]
[tokens.USDC]
network = "solana"
address = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
decimals = 6
program = "spl-token"
"#;

#[test]
fn solana_pins_cluster_payers_destinations_and_programs() {
    let registry = Registry::from_toml(SOLANA).unwrap();
    let pins = registry.network("solana").unwrap().cosign.as_ref().unwrap();
    assert_eq!((pins.fee_payers.len(), pins.others_sign), (1, OthersSign::Anytime));
    assert_eq!(registry.token("USDC").unwrap().program, Some(TokenProgram::SplToken));
    let unpinned =
        SOLANA.replacen("genesis_hash = \"5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d\"", "", 1);
    assert!(Registry::from_toml(&unpinned).unwrap().network("solana").unwrap().cosign.is_none());
    for (from, to, names) in [
        (
            "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d",
            "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG",
            "networks.solana.genesis_hash",
        ),
        (
            "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d",
            "4XNMvsQsNzeeQRZpjhrqHHQ666KkbzUrSTwpdKfv5HRP",
            "networks.solana.genesis_hash",
        ),
        ("3ePf5MZcoS8cVZRH6Z3aXipCFatQ8p27woE3rMvcSrRc", "3ePf5", "32 bytes in base58"),
        (
            "3ePf5MZcoS8cVZRH6Z3aXipCFatQ8p27woE3rMvcSrRc",
            "11111111111111111111111111111111",
            "networks.solana.fee_payers",
        ),
        (
            "programs = [\"TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA\"]",
            "opaque_programs = [\"TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA\"]",
            "networks.solana.opaque_programs",
        ),
        ("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v", "usdc", "tokens.USDC.address"),
        ("spl-token", "token", "native"),
    ] {
        let error = Registry::from_toml(&SOLANA.replacen(from, to, 1)).unwrap_err();
        assert!(error.to_string().contains(names), "{names}: {error}");
    }
}

#[test]
fn zksync_has_a_permit2_of_its_own() {
    let era = SAMPLE
        .replacen("environment = \"testnet\"", "environment = \"mainnet\"", 1)
        .replacen("11155111", "324", 1);
    let error = Registry::from_toml(&era).unwrap_err();
    assert!(error.to_string().contains("networks.ethereum.permit2"), "{error}");
    let own = era.replacen(PERMIT2, "0x0000000000225e31D15943971F47aD3022F714Fa", 1);
    assert!(Registry::from_toml(&own).is_ok());
}

const QUOTES: &str = r#"
[quotes]
keys = ["ed25519:reYaWhvwu8Jzo3WUM3zhn6VrhuMEF4eADL17qtRVifc"]
fee_recipients = ["platform.near"]
verifying_contract = "intents.near"
nonce_salts = ["252812b3"]
"#;

#[test]
fn pins_the_keys_that_sign_quotes() {
    let registry = Registry::from_toml(&format!("{SAMPLE}{QUOTES}")).unwrap();
    let pins = registry.quotes().unwrap();
    assert_eq!(pins.keys.len(), 1);
    assert_eq!(pins.fee_recipients, ["platform.near"]);
    assert_eq!(pins.nonce_salts, [[0x25, 0x28, 0x12, 0xb3]]);
    for (from, to, names) in [
        ("ed25519:reYa", "secp256k1:reYa", "ed25519:"),
        ("ed25519:reYa", "ed25519:reY0", "ed25519:"),
        ("252812b3", "252812", "8 hex digits"),
        ("platform.near", "Platform.near", "accounts of NEAR"),
        ("platform.near", "", "accounts of NEAR"),
        ("verifying_contract", "verifier", "verifier"),
    ] {
        let text = format!("{SAMPLE}{}", QUOTES.replacen(from, to, 1));
        let error = Registry::from_toml(&text).unwrap_err();
        assert!(error.to_string().contains(names), "{names}: {error}");
    }
}

#[test]
fn reads_asset_ids_and_refuses_one_that_stands_twice() {
    let with = |id: &str, other: &str| {
        let text = SAMPLE.replacen("decimals = 6", &format!("decimals = 6\nasset_ids = [{id}]"), 1);
        text.replacen("decimals = 9", &format!("decimals = 9\nasset_ids = [{other}]"), 1)
    };
    let registry = Registry::from_toml(&with("\"a:1\", \"a:2\"", "\"b\"")).unwrap();
    assert_eq!(registry.token("USDC").unwrap().asset_ids, ["a:1", "a:2"]);
    for (id, other) in [("\"a\"", "\"a\""), ("\"a\", \"a\"", ""), ("\"a b\"", ""), ("\"\"", "")] {
        let error = Registry::from_toml(&with(id, other)).unwrap_err();
        assert!(error.to_string().contains("asset_ids"), "{error}");
    }
}

#[test]
fn a_chains_own_coin_has_no_contract() {
    let zero = "0x0000000000000000000000000000000000000000";
    let usdc = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";
    let native = "decimals = 6\nprogram = \"native\"";
    let coin = SAMPLE.replacen(usdc, zero, 1).replacen("decimals = 6", native, 1);
    Registry::from_toml(&coin).unwrap();
    for wrong in [SAMPLE.replacen(usdc, zero, 1), SAMPLE.replacen("decimals = 6", native, 1)] {
        let error = Registry::from_toml(&wrong).unwrap_err();
        assert!(error.to_string().contains("tokens.USDC.address"), "{error}");
    }
}
