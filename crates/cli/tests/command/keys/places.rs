//! Addresses of seeds: accounts, indices, paths.

use std::fs;

use serde_json::Value;

use super::Vault;
use crate::{json, stderr, stdout};

/// Whose addresses other software tells.
const WORDS: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon \
                     abandon abandon about";

fn vault() -> Vault {
    let vault = Vault::new();
    let from = vault.file("words", WORDS);
    vault.done(&["import", "seed", "--form", "mnemonic", "--from", &from]);
    vault
}

#[test]
fn an_address_that_follows_from_what_is_listed_takes_no_passphrase() {
    let vault = vault();
    for (options, expected) in [
        // BIP-84 and BIP-86 tell these.
        (&["bitcoin"][..], "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"),
        (&["bitcoin", "--index", "1"], "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g"),
        (&["bitcoin", "--change"], "bc1q8c6fshw2dlwun7ekn9qwf37cu2rn755upcp6el"),
        (
            &["bitcoin", "--coins", "p2tr", "--change"],
            "bc1p3qkhfews2uk44qtvauqyr2ttdsw7svhkl9nkm9s9c3x4ax5h60wqwruhk7",
        ),
        (&["evm"], "0x9858EfFD232B4033E47d90003D41EC34EcaEda94"),
        (&["evm", "--path", "m/44'/60'/0'"], "0x9858EfFD232B4033E47d90003D41EC34EcaEda94"),
    ] {
        let output = vault.open(&[&["address", "seed", "--chain"], options].concat());
        assert_eq!(output.status.code(), Some(0), "{options:?}: {}", stderr(&output));
        assert_eq!(stdout(&output).trim_end(), expected, "{options:?}");
    }
    let other = ["address", "seed", "--chain", "evm", "--account", "1"];
    let output = vault.open(&other);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("--passphrase-file"), "{}", stderr(&output));
    let before = fs::read_to_string(&vault.keystore).unwrap();
    let address = stdout(&vault.done(&other)).trim_end().to_owned();
    assert!(address.starts_with("0x"), "{address}");
    assert_eq!(fs::read_to_string(&vault.keystore).unwrap(), before, "it was only asked");
}

#[test]
fn an_account_that_was_derived_is_known_from_then_on() {
    let vault = vault();
    for (chain, options) in
        [("evm", &["--account", "3"][..]), ("solana", &[]), ("bitcoin", &["--account", "1"])]
    {
        let derive =
            [&["derive", "seed", "--chain", chain, "--count", "4", "--json"], options].concat();
        assert_eq!(vault.open(&derive).status.code(), Some(2), "{chain}: it takes the passphrase");
        let dry = json(&vault.done(&[&derive[..], &["--dry-run"]].concat()));
        assert_eq!((&dry["listed"], addresses(&dry).len()), (&Value::Bool(false), 4), "{chain}");
        let derived = json(&vault.done(&derive));
        assert_eq!(derived["listed"], true, "{chain}");
        let known = vault.open(&derive);
        assert_eq!(known.status.code(), Some(0), "{chain}: {}", stderr(&known));
        assert_eq!(addresses(&json(&known)), addresses(&derived), "{chain}");
        assert_eq!(addresses(&dry), addresses(&derived), "{chain}");
        let address = ["address", "seed", "--chain", chain, "--index", "3"];
        let address = vault.open(&[&address[..], options].concat());
        assert_eq!(stdout(&address).trim_end(), addresses(&derived)[3], "{chain}");
    }
}

fn addresses(report: &Value) -> Vec<String> {
    let derived = report["addresses"].as_array().unwrap().iter();
    derived.map(|one| one["address"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn public_halves_are_those_that_the_standards_tell() {
    let vault = vault();
    let public = json(&vault.open(&["export-public", "seed", "--json"]));
    let of = |path: &str| {
        let keys = public["keys"].as_array().unwrap();
        let found = keys.iter().find(|key| key["path"] == path);
        found.unwrap()["public"].as_str().unwrap().to_owned()
    };
    // BIP-86's own.
    let expected = "xpub6BgBgsespWvERF3LHQu6CnqdvfEvtMcQjYrcRzx53QJjSxarj2afYWcLteoGVky7D3UKDP9QyrLprQ3VCECoY49yfdDEHGCtMMj92pReUsQ";
    assert_eq!(of("m/86'/0'/0'"), expected);
    assert_eq!(of("m/44'/501'/0'/0'").len(), 64);
    let text = vault.open(&["export-public"]);
    assert!(stdout(&text).contains(expected), "{}", stdout(&text));
    let output = vault.open(&["export-public", "nobody"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
}

#[test]
fn addresses_for_tests_are_those_of_test_networks() {
    let vault = Vault::new();
    let from = vault.file("words", WORDS);
    let import = ["import", "seed", "--form", "mnemonic", "--from", &from];
    vault.done(&[&import[..], &["--environment", "sandbox"]].concat());
    for (environment, prefix) in [("sandbox", "bcrt1q"), ("testnet", "tb1q")] {
        let of = ["address", "seed", "--chain", "bitcoin", "--environment", environment];
        let output = vault.open(&of);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(stdout(&output).starts_with(prefix), "{}", stdout(&output));
    }
}

#[test]
fn a_place_that_is_none_is_told() {
    let vault = vault();
    vault.done(&["new", "one", "--curve", "secp256k1"]);
    for (arguments, told) in [
        (&["address", "seed", "--chain", "evm", "--path", "44/60"][..], "--path: expected m and"),
        (&["address", "seed", "--chain", "evm", "--index", "2147483648"], "--index: expected"),
        (&["address", "seed", "--chain", "solana", "--account", "1"], "expected --index alone"),
        (&["address", "seed", "--chain", "solana", "--path", "m/44'/*/0"], "hardened steps"),
        (&["address", "seed", "--chain", "solana", "--path", "m/84'/0'/0'"], "does not sign for"),
        (&["address", "one", "--chain", "solana"], "one does not sign for solana"),
        (&["address", "one", "--chain", "evm", "--index", "1"], "one is a single key"),
        (&["address", "nobody", "--chain", "evm"], "expected a secret of the name nobody"),
        (&["derive", "one", "--chain", "evm"], "expected a seed of the name one"),
        (&["derive", "seed", "--chain", "evm", "--first", "4294967295"], "below 2^31"),
        (&["derive", "seed", "--chain", "mars"], "possible values: evm"),
    ] {
        let output = vault.keys(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(told), "{told}: {}", stderr(&output));
    }
}
