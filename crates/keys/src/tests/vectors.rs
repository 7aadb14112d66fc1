//! Keys as other software keeps them, and the addresses that it makes of them, found by a keyring.

use countersign_approval::Environment;
use futures::executor::block_on;
use serde_json::{Value, json};

use crate::{
    ChainKind, Curve, DerivationPath, ImportedSecret, Keyring, KeyringConfig, LockedKeystore,
    OpenKeystore, WorkFactor,
};

const VECTORS: &str = include_str!("../../../../tests/vectors/keys.json");

fn vectors(kind: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(VECTORS).unwrap();
    let vectors = all[kind].as_array().unwrap().clone();
    assert!(vectors.len() >= 5, "{kind}");
    vectors
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap()
}

/// A keyring over a locked keystore: whatever it finds, it finds without the passphrase.
fn keyring(keystore: &OpenKeystore, config: &Value) -> Keyring {
    let passphrase = "correct horse battery".to_owned().into();
    let file = keystore.seal(&passphrase, WorkFactor::FOR_TESTS).unwrap();
    let source = LockedKeystore::new("vault", file);
    assert!(source.is_locked());
    let config: KeyringConfig = serde_json::from_value(config.clone()).unwrap();
    block_on(Keyring::new(&config, [source.source()])).unwrap()
}

fn single(secret: &ImportedSecret, curve: &str, chains: &[&str], environment: &str) -> Keyring {
    let mut keystore = OpenKeystore::new();
    keystore.add("key", secret).unwrap();
    let key = json!({
        "source": "vault", "curve": curve, "chains": chains, "environment": environment,
    });
    keyring(&keystore, &json!({ "keys": { "key": key } }))
}

#[test]
fn opens_what_ethers_wrote() {
    for vector in vectors("web3") {
        let secret = ImportedSecret::web3(text(&vector, "json"), text(&vector, "passphrase"));
        let secret = secret.unwrap();
        assert_eq!(hex::encode(secret.bytes.as_slice()), text(&vector, "key"));
        let keyring = single(&secret, "secp256k1", &["evm"], "mainnet");
        let key = keyring.find(text(&vector, "address")).unwrap();
        assert_eq!(key.address(ChainKind::Evm).as_deref(), vector["address"].as_str());
    }
}

#[test]
fn opens_what_the_solana_sdk_wrote() {
    for vector in vectors("solana") {
        let secret = ImportedSecret::solana(text(&vector, "json")).unwrap();
        assert_eq!(hex::encode(secret.bytes.as_slice()), text(&vector, "seed"));
        let keyring = single(&secret, "ed25519", &["solana"], "mainnet");
        assert!(keyring.solana(text(&vector, "address").parse().unwrap()).is_some());
        let mut keystore = OpenKeystore::new();
        keystore.add("key", &secret).unwrap();
        assert_eq!(keystore.export_solana("key").unwrap().as_str(), text(&vector, "json"));
    }
}

#[test]
fn opens_what_bitcoinjs_wrote() {
    for vector in vectors("wif") {
        let secret = ImportedSecret::wif(text(&vector, "wif")).unwrap();
        assert_eq!(hex::encode(secret.bytes.as_slice()), text(&vector, "key"));
        assert!(ImportedSecret::wif(text(&vector, "uncompressed")).is_err());
        let test = vector["test"].as_bool().unwrap();
        let environment = if test { "testnet" } else { "mainnet" };
        let keyring = single(&secret, "secp256k1", &["bitcoin"], environment);
        for form in ["p2wpkh", "p2sh-p2wpkh", "p2tr"] {
            let address = text(&vector["addresses"], form);
            assert!(keyring.find(address).is_some(), "{address}");
            // Real coins are not those of a test network, whatever the key.
            let other = single(
                &secret,
                "secp256k1",
                &["bitcoin"],
                if test { "mainnet" } else { "testnet" },
            );
            assert!(other.find(address).is_none(), "{address}");
        }
        let mut keystore = OpenKeystore::new();
        keystore.add("key", &secret).unwrap();
        assert_eq!(keystore.export_wif("key", test).unwrap().as_str(), text(&vector, "wif"));
    }
}

fn path(text: &str) -> DerivationPath {
    text.parse().unwrap()
}

fn mnemonic(vector: &Value) -> OpenKeystore {
    let (words, passphrase) = (text(vector, "words"), text(vector, "passphrase"));
    let secret = ImportedSecret::mnemonic(words, passphrase).unwrap();
    assert_eq!(hex::encode(secret.bytes.as_slice()), text(vector, "seed"));
    let mut keystore = OpenKeystore::new();
    keystore.add("seed", &secret).unwrap();
    keystore
}

#[test]
fn accounts_on_evm_chains_are_those_of_ethers() {
    for vector in vectors("mnemonics") {
        let (mut keystore, evm) = (mnemonic(&vector), &vector["evm"]);
        let account = keystore.list_account("seed", &path(text(evm, "path")), false).unwrap();
        assert_eq!(account.to_string(), text(evm, "xpub"));
        let account = json!({
            "source": "vault", "id": "seed", "chains": ["evm"], "environment": "mainnet",
            "path": text(evm, "path"), "receive": 1000,
        });
        let keyring = keyring(&keystore, &json!({ "accounts": { "customers": account } }));
        assert_eq!(keyring.len(), 1000);
        let indices = evm["indices"].as_array().unwrap().iter();
        for (address, index) in evm["receive"].as_array().unwrap().iter().zip(indices) {
            let found = keyring.find(address.as_str().unwrap()).unwrap();
            let named = keyring.named(&format!("customers/0/{index}")).unwrap();
            assert_eq!(found.key_ref(), named.key_ref());
        }
        assert!(keyring.named("customers/0/1000").is_none());
        assert!(keyring.named("customers/1/0").is_none());
    }
}

#[test]
fn accounts_on_bitcoin_are_those_of_bitcoinjs() {
    for vector in vectors("mnemonics") {
        for expected in vector["bitcoin"].as_array().unwrap() {
            let (mut keystore, at) = (mnemonic(&vector), text(expected, "path"));
            let account = keystore.list_account("seed", &path(at), false).unwrap();
            assert_eq!(account.to_string(), text(expected, "xpub"), "{at}");
            let account = json!({
                "source": "vault", "id": "seed", "chains": ["bitcoin"], "path": at,
                "environment": text(expected, "environment"), "receive": 3, "change": 2,
            });
            let keyring = keyring(&keystore, &json!({ "accounts": { "coins": account } }));
            for (chain, member) in [(0, "receive"), (1, "change")] {
                for (index, address) in expected[member].as_array().unwrap().iter().enumerate() {
                    let key = keyring.find(address.as_str().unwrap()).unwrap();
                    let named = keyring.named(&format!("coins/{chain}/{index}")).unwrap();
                    assert_eq!(key.key_ref(), named.key_ref());
                    assert_eq!(key.address(ChainKind::Bitcoin).as_deref(), address.as_str());
                }
            }
        }
    }
}

#[test]
fn keys_on_solana_are_those_of_other_software() {
    for vector in vectors("mnemonics") {
        let mut keystore = mnemonic(&vector);
        let expected = vector["solana"].as_array().unwrap();
        for key in expected {
            keystore.list_key("seed", Curve::Ed25519, &path(text(key, "path"))).unwrap();
        }
        let account = json!({
            "source": "vault", "id": "seed", "chains": ["solana", "near"],
            "environment": "sandbox", "path": "m/44'/501'/*'/0'", "receive": expected.len(),
        });
        let keyring = keyring(&keystore, &json!({ "accounts": { "sol": account } }));
        for (index, key) in expected.iter().enumerate() {
            let found = keyring.find(text(key, "address")).unwrap();
            assert_eq!(found.scope().environment, Environment::Sandbox);
            let named = keyring.named(&format!("sol/0/{index}")).unwrap();
            assert_eq!(found.key_ref(), named.key_ref());
            let near = found.address(ChainKind::Near).unwrap();
            assert_eq!(keyring.find(&near).unwrap().key_ref(), named.key_ref());
        }
    }
}
