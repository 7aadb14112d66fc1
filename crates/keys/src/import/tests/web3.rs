use proptest::prelude::*;

use super::{KEY, key, key_of};
use crate::Curve;
use crate::import::{ImportError, ImportedSecret, SecretKind, Web3Cost, write_web3};

/// The examples of Web3 Secret Storage: one passphrase and one key, by both functions.
const SCRYPT: &str = r#"{
  "crypto": {
    "cipher": "aes-128-ctr",
    "cipherparams": { "iv": "83dbcc02d8ccb40e466191a123791e0e" },
    "ciphertext": "d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c",
    "kdf": "scrypt",
    "kdfparams": {
      "dklen": 32, "n": 262144, "p": 8, "r": 1,
      "salt": "ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19"
    },
    "mac": "2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097"
  },
  "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
  "version": 3
}"#;
const PBKDF2: &str = r#"{
  "crypto": {
    "cipher": "aes-128-ctr",
    "cipherparams": { "iv": "6087dab2f9fdbbfaddc31a909735c1e6" },
    "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
    "kdf": "pbkdf2",
    "kdfparams": {
      "c": 262144, "dklen": 32, "prf": "hmac-sha256",
      "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"
    },
    "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"
  },
  "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
  "version": 3
}"#;
const PASSPHRASE: &str = "testpassword";

#[test]
fn reads_the_examples_of_web3_secret_storage() {
    for json in [SCRYPT, PBKDF2] {
        let secret = ImportedSecret::web3(json, PASSPHRASE).unwrap();
        assert_eq!(key_of(&secret), KEY);
        assert_eq!(secret.kind, SecretKind::Key(Curve::Secp256k1));
    }
}

#[test]
fn a_wrong_passphrase_and_a_damaged_text_are_told_as_such() {
    let form = "Web3 Secret Storage";
    let wrong = ImportedSecret::web3(PBKDF2, "another");
    assert_eq!(wrong.unwrap_err(), ImportError::WrongPassphrase { form });
    let damaged = PBKDF2.replace("5318b4d5", "5318b4d6");
    let error = ImportedSecret::web3(&damaged, PASSPHRASE).unwrap_err();
    assert_eq!(error, ImportError::WrongPassphrase { form });
    // Cut anywhere, it is either truncated or none at all; never a key.
    for length in 0..PBKDF2.len() - 1 {
        let error = ImportedSecret::web3(&PBKDF2[..length], PASSPHRASE).unwrap_err();
        assert_eq!(error, ImportError::Truncated { form }, "{length}");
    }
}

#[test]
fn a_file_that_asks_for_too_much_is_refused_before_it_costs() {
    for (from, to) in [
        ("\"n\": 262144", "\"n\": 1073741824"),
        ("\"p\": 8", "\"p\": 1000000"),
        ("\"r\": 1", "\"r\": 4000000000"),
    ] {
        let error = ImportedSecret::web3(&SCRYPT.replace(from, to), PASSPHRASE).unwrap_err();
        assert!(matches!(error, ImportError::TooCostly { .. }), "{to}: {error}");
    }
    // Little in a pass, and gigabytes for all passes' blocks.
    let wide = |n: u32, r: u32, p: u32| {
        let json = SCRYPT.replace("\"n\": 262144", &format!("\"n\": {n}"));
        let json = json.replace("\"r\": 1", &format!("\"r\": {r}"));
        let json = json.replace("\"p\": 8", &format!("\"p\": {p}"));
        ImportedSecret::web3(&json, PASSPHRASE).unwrap_err()
    };
    for error in [wide(2, 4_194_304, 16), wide(1024, 65, 1)] {
        assert!(matches!(error, ImportError::TooCostly { .. }), "{error}");
    }
    // It is opened, by another passphrase's key.
    let error = wide(1024, 64, 16);
    assert!(matches!(error, ImportError::WrongPassphrase { .. }), "{error}");
    let json = PBKDF2.replace("\"c\": 262144", "\"c\": 4000000000");
    let error = ImportedSecret::web3(&json, PASSPHRASE).unwrap_err();
    assert!(matches!(error, ImportError::TooCostly { .. }), "{error}");
}

#[test]
fn other_forms_and_members_are_named() {
    for (from, to, member) in [
        ("\"version\": 3", "\"version\": 1", "version"),
        ("aes-128-ctr", "aes-256-gcm", "crypto.cipher"),
        ("hmac-sha256", "hmac-sha512", "crypto.kdfparams.prf"),
        ("\"dklen\": 32", "\"dklen\": 64", "crypto.kdfparams.dklen"),
    ] {
        let error = ImportedSecret::web3(&PBKDF2.replace(from, to), PASSPHRASE).unwrap_err();
        let ImportError::Unsupported { member: found, .. } = &error else { panic!("{error}") };
        assert_eq!(*found, member);
    }
    for (from, to) in [
        ("\"n\": 262144", "\"n\": 262143"),
        ("\"n\": 262144", "\"n\": 0"),
        ("\"n\": 262144", "\"n\": 1"),
        ("\"p\": 8", "\"p\": 0"),
        ("\"kdf\": \"scrypt\"", "\"kdf\": \"argon2\""),
        ("83dbcc02", "83dbcc"),
        ("2103ac29", "x103ac29"),
    ] {
        let error = ImportedSecret::web3(&SCRYPT.replace(from, to), PASSPHRASE).unwrap_err();
        assert!(matches!(error, ImportError::Form { .. }), "{to}: {error}");
    }
    for json in
        ["", "[]", "{}", "null", "[1,2,3]", "L1aW4aubDFB7yfras2S1mN3bqg9nwySY8nkoLmJebSLD5BWv3ENZ"]
    {
        assert!(ImportedSecret::web3(json, PASSPHRASE).is_err(), "{json}");
    }
}

#[test]
fn an_address_in_the_file_is_that_of_the_key() {
    let with = |address: &str| PBKDF2.replacen('{', &format!("{{ \"address\": \"{address}\","), 1);
    let own = "008aeeda4d805471df9b2a5b0f38a0c3bcba786b";
    for address in [own.to_owned(), format!("0x{own}"), own.to_uppercase()] {
        assert!(ImportedSecret::web3(&with(&address), PASSPHRASE).is_ok(), "{address}");
    }
    let error = ImportedSecret::web3(&with(&own.replace('0', "1")), PASSPHRASE).unwrap_err();
    assert!(matches!(error, ImportError::OtherAddress { .. }), "{error}");
}

#[test]
fn a_passphrase_beyond_ascii_opens_what_ethers_wrote() {
    let key = [7; 32];
    // ethers brings it into the form NFKC: a ligature becomes two letters.
    let json = write_web3(&key, "office", Web3Cost::Light).unwrap();
    let secret = ImportedSecret::web3(&json, "o\u{fb03}ce").unwrap();
    assert_eq!(secret.bytes.as_slice(), key);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn web3_round_trips(key in key(), passphrase in "\\PC{0,20}") {
        let json = write_web3(&key, &passphrase, Web3Cost::Light).unwrap();
        let secret = ImportedSecret::web3(&json, &passphrase).unwrap();
        prop_assert_eq!(secret.bytes.as_slice(), key);
        let other = ImportedSecret::web3(&json, &format!("{passphrase}x"));
        let is_wrong = matches!(other, Err(ImportError::WrongPassphrase { .. }));
        prop_assert!(is_wrong);
    }
}
