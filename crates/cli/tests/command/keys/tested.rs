//! `keys test`: a keyring, key by key.

use super::{PASSPHRASE, Vault, all};
use crate::{json, run, set_mode, stderr, stdout};

const RING: &str = r#"
[sources.vault]
kind = "keystore"
path = "vault.json"
[keys.one]
source = "vault"
curve = "secp256k1"
chains = ["evm", "bitcoin"]
environment = "sandbox"
[keys.two]
source = "vault"
curve = "ed25519"
chains = ["solana"]
environment = "sandbox"
[accounts.customers]
source = "vault"
id = "seed"
path = "m/84'/0'/0'"
chains = ["bitcoin"]
environment = "sandbox"
receive = 3
"#;

fn vault() -> Vault {
    let vault = Vault::new();
    vault.done(&["new", "one", "--curve", "secp256k1"]);
    vault.done(&["new", "two", "--curve", "ed25519"]);
    vault.done(&["new", "seed", "--show-words"]);
    vault
}

#[test]
fn each_key_signs_and_each_source_says_how_long_it_took() {
    let vault = vault();
    let ring = vault.file("ring.toml", RING);
    let opened = format!("vault={}", vault.passphrase);
    let test = ["keys", "test", "--keyring", &ring, "--passphrase-file", &opened, "--rounds", "5"];
    let output = run(&[&test[..], &["--json"]].concat(), "");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report = json(&output);
    assert_eq!(report["passed"], true);
    let keys = report["keys"].as_array().unwrap().iter();
    let keys: Vec<_> = keys.map(|key| format!("{} {}", key["key"], key["scheme"])).collect();
    let expected = [
        "\"customers/0/0\" \"ecdsa\"",
        "\"customers/0/0\" \"schnorr\"",
        "\"one\" \"ecdsa\"",
        "\"one\" \"schnorr\"",
        "\"two\" \"ed25519\"",
    ];
    assert_eq!(keys, expected);
    for (source, signatures) in report["sources"].as_array().unwrap().iter().zip([10_u64, 5, 10]) {
        assert_eq!((&source["source"], &source["kind"]), (&"vault".into(), &"keystore".into()));
        assert_eq!(source["signatures"], signatures);
        let [min, median, max] =
            ["min_us", "median_us", "max_us"].map(|name| source[name].as_u64().unwrap());
        assert!(0 < min && min <= median && median <= max, "{source}");
    }
    let output = run(&[&test[..], &["--all", "-vvv"]].concat(), "");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("customers/0/2"), "{}", stdout(&output));
    assert!(stdout(&output).contains("median ms"), "{}", stdout(&output));
    assert!(!all(&output).contains(PASSPHRASE));
}

#[test]
fn a_keyring_that_can_t_be_opened_is_told_in_one_line() {
    let vault = vault();
    let source = |text: &str| format!("[sources.hsm]\n{text}\n");
    for (text, told) in [
        (RING.replace("vault.json", "none.json"), "cannot read"),
        (RING.replace("vault.json", "passphrase"), "found a text that is no JSON"),
        (RING.replace("keys.two", "keys.three"), "keyring: three: "),
        (RING.replace("\"solana\"", "\"evm\""), "keyring: two: chains: expected"),
        (
            RING.replace("receive = 3", "receive = \"3\""),
            "ring.toml: keyring: line 21: invalid type: string",
        ),
        (RING.replace("path = \"vault.json\"", "place = 1"), "source vault: keyring: "),
        (source("kind = \"memory\""), "expected keystore, pkcs11, kms or remote, found memory"),
        (source("kind = \"floppy\""), "found floppy"),
        (String::new(), "expected a key or an account, found none"),
    ] {
        let ring = vault.file("ring.toml", &text);
        let options = ["--passphrase-file", &vault.passphrase, "--json"];
        let output = run(&[&["keys", "test", "--keyring", &ring], &options[..]].concat(), "");
        assert_eq!(output.status.code(), Some(2), "{told}: {}", stderr(&output));
        assert!(stderr(&output).contains(told), "{told}: {}", stderr(&output));
        assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
        assert!(json(&output)["message"].is_string());
    }
    let ring = vault.file("ring.toml", RING);
    set_mode(std::path::Path::new(&ring), 0o666);
    let options = ["--passphrase-file", &vault.passphrase];
    let output = run(&[&["keys", "test", "--keyring", &ring], &options[..]].concat(), "");
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("writable by its owner alone"), "{}", stderr(&output));
}

#[test]
fn a_source_that_was_not_built_in_names_its_feature() {
    let vault = Vault::new();
    for (kind, feature, built) in [
        ("pkcs11", "pkcs11", cfg!(feature = "pkcs11")),
        ("kms", "aws-kms", cfg!(feature = "aws-kms")),
        ("remote", "remote", cfg!(feature = "remote")),
    ] {
        let ring = vault.file("ring.toml", &format!("[sources.away]\nkind = \"{kind}\"\n"));
        let output = run(&["keys", "test", "--keyring", &ring], "");
        assert_eq!(output.status.code(), Some(2), "{kind}: {}", stderr(&output));
        let told = format!("source away: this program was built without {feature}");
        assert_eq!(stderr(&output).contains(&told), !built, "{}", stderr(&output));
    }
}
