//! Coins that are taken back: by which keys, and to which.

use bitcoin::secp256k1::{PublicKey, SecretKey};
use countersign_approval::{CoinId, Sats};
#[cfg(feature = "remote")]
use countersign_bitcoin::Refund;
use countersign_bitcoin::{
    CoinSigner, RefundError, RefundRecipe, SignError, SignerError, scripts_of_key, sign_refund,
};
use futures::executor::block_on;
use serde_json::{Value, json};

use super::permit::Case;
use crate::secp::secp;
use crate::{BitcoinKey, Keyring, KeyringConfig, MemoryKeys};

const OUTPOINT: CoinId = CoinId { txid: [1; 32], vout: 0 };

fn public_key(byte: u8) -> [u8; 33] {
    PublicKey::from_secret_key(secp(), &SecretKey::from_slice(&[byte; 32]).unwrap()).serialize()
}

/// The scripts of a key: native `SegWit`, inside of a script hash, and taproot.
fn scripts(byte: u8) -> Vec<Vec<u8>> {
    scripts_of_key(public_key(byte)).unwrap()
}

/// A recipe by which a key takes an output back.
fn recipe_of(key: &[u8; 33], network: &str, to: &[u8]) -> RefundRecipe {
    let ours = hex::encode(key);
    rebuilt(json!({
        "network": network, "template": "htlc-p2wsh-v1", "amount": 100_000,
        "secret_hash": "07".repeat(32), "locktime": 800_000,
        "claim_key": hex::encode(public_key(9)), "refund_key": ours, "public_key": ours,
        "refund_script": hex::encode(to),
    }))
}

/// Reads a recipe with the script that its members come to, which one for another output says.
fn rebuilt(mut recipe: Value) -> RefundRecipe {
    recipe["script_pubkey"] = "00".into();
    let other: RefundRecipe = serde_json::from_value(recipe.clone()).unwrap();
    match other.plan(OUTPOINT, 2, Sats::MAX) {
        Err(RefundError::Recipe { member: "script_pubkey", expected, .. }) => {
            recipe["script_pubkey"] = expected.into();
        }
        other => panic!("{other:?}"),
    }
    serde_json::from_value(recipe).unwrap()
}

/// Has the output of a recipe in a tree of scripts, where keys sign by Schnorr's scheme.
#[cfg(feature = "remote")]
fn in_a_tree(recipe: &RefundRecipe) -> RefundRecipe {
    let mut recipe = serde_json::to_value(recipe).unwrap();
    recipe["template"] = "htlc-p2tr-v1".into();
    for member in ["claim_key", "refund_key"] {
        recipe[member] = recipe[member].as_str().unwrap()[2..].into();
    }
    rebuilt(recipe)
}

/// A refund by a key, at a fee rate, by a leaf of a tree.
#[cfg(feature = "remote")]
pub(crate) fn planned_in_a_tree(key: &[u8; 33], to: &[u8]) -> Refund {
    let recipe = in_a_tree(&recipe_of(key, "regtest", to));
    recipe.plan(OUTPOINT, 2, Sats::MAX).unwrap()
}

/// A refund by a key, at a fee rate.
#[cfg(feature = "remote")]
pub(crate) fn planned(key: &[u8; 33], network: &str, to: &[u8], fee_rate: u64) -> Refund {
    recipe_of(key, network, to).plan(OUTPOINT, fee_rate, Sats::MAX).unwrap()
}

fn recipe(network: &str, to: &[u8]) -> RefundRecipe {
    recipe_of(&public_key(1), network, to)
}

/// Keys of ones and twos, and one of threes in another environment.
fn keyring(environment: &str) -> Keyring {
    let key = |name: &str, environment: &str| {
        format!(
            "[keys.{name}]\nsource = \"memory\"\ncurve = \"secp256k1\"\nchains = [\"bitcoin\"]\n\
             environment = \"{environment}\"\n"
        )
    };
    let config = [key("one", environment), key("two", environment), key("three", "mainnet")];
    let keys = MemoryKeys::new("memory").secp256k1("one", &[1; 32]).unwrap();
    let keys = keys.secp256k1("two", &[2; 32]).unwrap().secp256k1("three", &[3; 32]).unwrap();
    let config = KeyringConfig::from_toml(&config.concat()).unwrap();
    block_on(Keyring::new(&config, [keys.into_source()])).unwrap()
}

fn signed(recipe: &RefundRecipe, signer: &dyn CoinSigner) -> Result<(), SignError> {
    let policy = Case::new().policy;
    let refund = recipe.plan(OUTPOINT, 2, Sats::MAX).unwrap();
    block_on(sign_refund(&refund, &policy, signer)).map(drop)
}

fn assert_declined(outcome: Result<(), SignError>, reason: &str) {
    let Err(SignError::Backend(SignerError::Declined(said))) = outcome else {
        panic!("{outcome:?}")
    };
    assert!(said.contains(reason), "{said}");
}

#[test]
fn a_keyring_takes_coins_back_to_its_own_keys_alone() {
    let keyring = keyring("sandbox");
    for script in [scripts(1), scripts(2)].concat() {
        signed(&recipe("regtest", &script), &keyring).unwrap();
    }
    let elsewhere = "a refund to a script of a key at hand";
    for script in [&scripts(4)[..], &scripts(3)].concat() {
        assert_declined(signed(&recipe("regtest", &script), &keyring), elsewhere);
    }
}

#[test]
fn a_single_key_takes_coins_back_to_itself_alone() {
    let key: BitcoinKey = keyring("sandbox").bitcoin_key(&public_key(1)).unwrap();
    for script in scripts(1) {
        signed(&recipe("regtest", &script), &key).unwrap();
    }
    let outcome = signed(&recipe("regtest", &scripts(2)[0]), &key);
    assert_declined(outcome, "a refund to a script of a key at hand");
}

#[test]
fn coins_of_another_network_are_not_moved() {
    for (environment, own, others) in [
        ("sandbox", &["regtest"][..], &["testnet", "signet", "mainnet"][..]),
        ("testnet", &["testnet", "signet"], &["regtest", "mainnet"]),
        ("mainnet", &["mainnet"], &["testnet", "signet", "regtest"]),
    ] {
        let keyring = keyring(environment);
        for network in own {
            signed(&recipe(network, &scripts(1)[0]), &keyring).unwrap();
        }
        for network in others {
            let reason = format!("signs on {environment}, this is on Bitcoin's {network}");
            assert_declined(signed(&recipe(network, &scripts(1)[0]), &keyring), &reason);
        }
    }
}
