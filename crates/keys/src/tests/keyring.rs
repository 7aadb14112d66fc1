//! A keyring, what its keys sign, and what they don't.

mod configuration;
mod locked;

use countersign_approval::Environment;
use countersign_evm::{PermitSigner, SignError, SignerError, sign};
use futures::executor::block_on;

use super::permit::{Case, KEY, NOW, OWNER};
use crate::{
    ChainKind, EvmKey, Key, KeySource, Keyring, KeyringConfig, KeyringError, MemoryKeys, TestError,
    TestedScheme,
};

const SEED: [u8; 64] = [7; 64];

fn key_bytes() -> [u8; 32] {
    hex::decode(KEY).unwrap().try_into().unwrap()
}

/// The owner's key, a key of Ed25519 and a seed.
fn memory() -> KeySource {
    let keys = MemoryKeys::new("memory").secp256k1("owner", &key_bytes()).unwrap();
    keys.ed25519("sol", &[9; 32]).seed("seed", &SEED).unwrap().into_source()
}

fn build(config: &str) -> Result<Keyring, KeyringError> {
    block_on(Keyring::new(&KeyringConfig::from_toml(config).unwrap(), [memory()]))
}

fn key(chains: &str, environment: &str, more: &str) -> String {
    format!(
        "[keys.owner]\nsource = \"memory\"\ncurve = \"secp256k1\"\nchains = {chains}\n\
         environment = \"{environment}\"\n{more}\n"
    )
}

fn sign_by(keyring: &Keyring) -> Result<(), SignError> {
    let case = Case::new();
    let key = keyring.named("owner").and_then(EvmKey::new).unwrap();
    assert_eq!(PermitSigner::address(&key), OWNER.parse().unwrap());
    block_on(sign(&case.permit, &case.reservation, &case.policy, &key, NOW)).map(drop)
}

#[test]
fn a_key_signs_what_it_may() {
    for more in ["", "networks = [\"ethereum\"]", "networks = [\"base\", \"ethereum\"]"] {
        sign_by(&build(&key(r#"["evm"]"#, "sandbox", more)).unwrap()).unwrap();
    }
    sign_by(&build(&key(r#"["tron", "evm", "bitcoin"]"#, "sandbox", "")).unwrap()).unwrap();
}

#[test]
fn a_key_declines_what_it_may_not() {
    for (chains, environment, more, reason) in [
        (r#"["evm"]"#, "mainnet", "", "the key owner signs on mainnet, this is on sandbox"),
        (r#"["tron", "bitcoin"]"#, "sandbox", "", "the key owner does not sign for evm"),
        (
            r#"["evm"]"#,
            "sandbox",
            "networks = [\"base\"]",
            "the key owner does not sign on the network ethereum",
        ),
    ] {
        let signed = sign_by(&build(&key(chains, environment, more)).unwrap());
        let declined = SignerError::Declined(reason.to_owned());
        assert_eq!(signed, Err(SignError::Backend(declined)));
    }
}

#[test]
fn addresses_are_found_for_the_chains_of_their_keys_alone() {
    let keyring = build(&key(r#"["tron"]"#, "sandbox", "")).unwrap();
    let address = OWNER.parse().unwrap();
    assert!(keyring.evm(address).is_none());
    assert!(keyring.find(OWNER).is_none());
    let tron = keyring.named("owner").unwrap().address(ChainKind::Tron).unwrap();
    assert!(keyring.tron(tron.parse().unwrap()).is_some());
    assert!(keyring.find(&tron).is_some());
    assert!(keyring.find("nobody").is_none());
}

/// Keys of all kinds, and accounts of both curves.
const ALL: &str = r#"
[keys.owner]
source = "memory"
curve = "secp256k1"
chains = ["evm", "near"]
environment = "sandbox"

[keys.sol]
source = "memory"
curve = "ed25519"
chains = ["solana"]
environment = "sandbox"

[keys.derived]
source = "memory"
id = "seed"
curve = "secp256k1"
path = "m/44'/60'/7'/0/0"
chains = ["evm"]
environment = "sandbox"

[accounts.coins]
source = "memory"
id = "seed"
path = "m/86'/1'/0'"
chains = ["bitcoin"]
environment = "testnet"
receive = 5
change = 3

[accounts.sols]
source = "memory"
id = "seed"
path = "m/44'/501'/*'/0'"
chains = ["solana", "near"]
environment = "sandbox"
receive = 4
"#;

#[test]
fn each_key_signs_its_challenge() {
    let keyring = build(ALL).unwrap();
    assert_eq!((keyring.len(), keyring.keys().count()), (15, 15));
    for key in keyring.keys() {
        let tests = block_on(key.test());
        for test in &tests {
            assert_eq!(test.outcome, Ok(()), "{:?} {}", test.key, test.scheme);
        }
        let coins = key.scope().covers(ChainKind::Bitcoin);
        assert_eq!(tests.len(), if coins { 2 } else { 1 });
    }
    // Of an account the first key stands for all.
    let tested: Vec<_> = block_on(keyring.test())
        .iter()
        .map(|test| (test.key.name().to_owned(), test.scheme))
        .collect();
    let expected = [
        ("coins", TestedScheme::Ecdsa),
        ("coins", TestedScheme::Schnorr),
        ("derived", TestedScheme::Ecdsa),
        ("owner", TestedScheme::Ecdsa),
        ("sol", TestedScheme::Ed25519),
        ("sols", TestedScheme::Ed25519),
    ];
    assert_eq!(tested, expected.map(|(name, scheme)| (name.to_owned(), scheme)));
}

#[test]
fn all_addresses_lead_to_their_keys() {
    let keyring = build(ALL).unwrap();
    let chains =
        [ChainKind::Evm, ChainKind::Tron, ChainKind::Bitcoin, ChainKind::Solana, ChainKind::Near];
    let mut found = 0;
    for key in keyring.keys() {
        for address in chains.iter().filter_map(|chain| key.address(*chain)) {
            let at_address = keyring.find(&address).unwrap_or_else(|| panic!("{address}"));
            assert_eq!(at_address.key_ref(), key.key_ref(), "{address}");
            found += 1;
        }
    }
    // One each, and the two keys that sign intents have an account on NEAR too.
    assert_eq!(found, 15 + 1 + 4);
}

#[test]
fn a_source_with_another_key_is_found_out() {
    // The source has the owner's key; what the keyring expects there is another.
    let keyring = build(&key(r#"["evm", "bitcoin"]"#, "sandbox", "")).unwrap();
    let mut key: Key = keyring.named("owner").unwrap();
    let other = build(ALL).unwrap().named("coins").unwrap();
    key.key.public_key = *other.public_key();
    let tests = block_on(key.test());
    assert_eq!(tests.len(), 2);
    for test in tests {
        assert!(matches!(test.outcome, Err(TestError::Signature { .. })), "{}", test.scheme);
    }
}

#[test]
fn nothing_shows_a_secret() {
    let keyring = build(ALL).unwrap();
    let keys: Vec<_> = keyring.keys().collect();
    let (tests, memory) = (block_on(keyring.test()), memory());
    let shown = format!("{keyring:?} {keys:?} {tests:?} {memory:?}");
    for secret in [KEY, &hex::encode(SEED)[..32], &hex::encode([9_u8; 32])[..32]] {
        assert!(!shown.contains(secret), "{secret}");
    }
    assert_eq!(keys[0].scope().environment, Environment::Testnet);
}
