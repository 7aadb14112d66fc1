//! Keys of other software.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use countersign::keys::{ImportedSecret, OpenKeystore, Web3Cost};

use super::{Vault, all};
use crate::{run, stderr};

const WORDS: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon \
                     abandon abandon about";
/// The private key 1, in hex and as Bitcoin's wallets write it.
const ONE: &str = "0000000000000000000000000000000000000000000000000000000000000001";
const ONE_WIF: &str = "KwDiBf89QgGbjEhKnhXJuH7LrciVrZi3qYjgd9M7rFU73sVHnoWn";
/// Whose address on EVM chains and on Bitcoin is known to everybody.
const ONE_EVM: &str = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf";
const ONE_BITCOIN: &str = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
/// A passphrase that is not the keystore's.
const OTHER: &str = "another passphrase";

fn web3() -> String {
    let mut keystore = OpenKeystore::new();
    let secret = ImportedSecret::hex(countersign::keys::Curve::Secp256k1, ONE).unwrap();
    keystore.add("one", &secret).unwrap();
    keystore.export_web3("one", &OTHER.to_owned().into(), Web3Cost::Light).unwrap()
}

fn solana_pair() -> (String, String) {
    let seed = [7; 32];
    let key = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
    let public = key.public_key().as_ref();
    let list = serde_json::to_string(&[&seed[..], public].concat()).unwrap();
    (list, bs58::encode(public).into_string())
}

#[test]
fn each_form_is_read_and_its_addresses_are_those_that_are_known() {
    let vault = Vault::new();
    let (pair, pair_address) = solana_pair();
    let other = vault.file("other", OTHER);
    for (form, text, options, known) in [
        ("hex", ONE.to_owned(), &[][..], &[("evm", ONE_EVM), ("bitcoin", ONE_BITCOIN)][..]),
        ("wif", ONE_WIF.to_owned(), &[], &[("evm", ONE_EVM), ("bitcoin", ONE_BITCOIN)]),
        ("web3", web3(), &["--secret-passphrase-file", &other], &[("evm", ONE_EVM)]),
        ("solana", pair, &[], &[("solana", pair_address.as_str())]),
        (
            "mnemonic",
            WORDS.to_owned(),
            &[],
            &[
                ("evm", "0x9858EfFD232B4033E47d90003D41EC34EcaEda94"),
                ("bitcoin", "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"),
                ("bitcoin", "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr"),
                ("solana", "HAgk14JpMQLgt6rVgv7cBQFJWFto5Dqxi472uT3DKpqk"),
            ],
        ),
    ] {
        let from = vault.file("secret", &text);
        let import = ["import", form, "--form", form, "--from", &from, "-vvv"];
        let output = vault.done(&[&import[..], options].concat());
        for (chain, address) in known {
            assert!(vault.listed(form, chain).iter().any(|it| it == address), "{form} {address}");
        }
        for secret in [text.as_str(), &text[..24], OTHER] {
            assert!(!all(&output).contains(secret), "{form}: a secret is shown");
        }
    }
}

#[test]
fn a_secret_is_taken_from_standard_input() {
    let vault = Vault::new();
    let arguments = [
        &["keys", "import", "one", "--form", "hex", "--from", "-", "--work-factor", "14"][..],
        &["--keystore", &vault.keystore, "--passphrase-file", &vault.passphrase],
    ];
    let output = run(&arguments.concat(), &format!("0x{ONE}\n"));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(vault.listed("one", "evm"), [ONE_EVM]);
}

#[test]
fn what_is_no_such_secret_is_refused_and_not_shown() {
    let vault = Vault::new();
    let wrong = vault.file("wrong", "a wrong passphrase");
    let with_wrong = ["--secret-passphrase-file", wrong.as_str()];
    for (form, text, options, told) in [
        ("hex", &ONE[1..], &[][..], "hex: expected a private key of 64 hex digits"),
        ("wif", &ONE_WIF[1..], &[], "wallet import format: expected base58"),
        ("solana", "[1,2,3,4242]", &[], "key pair of Solana: expected a JSON list of 64 bytes"),
        ("mnemonic", "abandon abandon about", &[], "mnemonic: expected 12, 15"),
        ("web3", &web3(), &with_wrong, "the passphrase is wrong, or the file is damaged"),
        ("web3", &web3()[..60], &with_wrong, "the text ends before it is complete"),
        ("web3", &web3(), &[], "expected --secret-passphrase-file, or a terminal"),
    ] {
        let from = vault.file("secret", text);
        let import = ["import", "x", "--form", form, "--from", &from, "-vvv"];
        let output = vault.keys(&[&import[..], options].concat());
        assert_eq!(output.status.code(), Some(2), "{form}: {}", stderr(&output));
        assert!(stderr(&output).contains(told), "{told}: {}", stderr(&output));
        assert!(!all(&output).contains(text), "{form}: a secret is shown");
        assert!(!std::fs::exists(&vault.keystore).unwrap(), "{form}");
    }
}
