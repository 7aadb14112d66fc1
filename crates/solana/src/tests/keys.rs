use serde_json::json;

use super::honest::{key, keypair, ours, seed};
use crate::{LocalCosignSigner, ParseKeyError};

fn pair() -> [u8; 64] {
    keypair("user").to_bytes()
}

#[test]
fn a_key_is_read_in_each_form_that_wallets_have() {
    let address = ours(key("user"));
    let seed = hex::encode(seed("user"));
    let base58 = bs58::encode(pair()).into_string();
    let json = json!(pair().to_vec()).to_string();
    for signer in [
        LocalCosignSigner::from_seed_hex(&seed),
        LocalCosignSigner::from_seed_hex(&format!("0x{seed}")),
        LocalCosignSigner::from_base58(&base58),
        LocalCosignSigner::from_keypair_json(json.as_bytes()),
        LocalCosignSigner::from_keypair_json(format!(" {json}\n").as_bytes()),
    ] {
        assert_eq!(signer.unwrap().address(), address);
    }
}

#[test]
fn the_public_half_has_to_be_that_of_the_private_one() {
    let mut mixed = pair();
    mixed[32..].copy_from_slice(key("stranger").as_ref());
    let base58 = bs58::encode(mixed).into_string();
    let json = json!(mixed.to_vec()).to_string();
    let other = LocalCosignSigner::from_base58(&base58).unwrap_err();
    assert_eq!(other, ParseKeyError::OtherHalf);
    let other = LocalCosignSigner::from_keypair_json(json.as_bytes()).unwrap_err();
    assert_eq!(other, ParseKeyError::OtherHalf);
}

#[test]
fn what_is_no_key_is_refused_without_being_shown() {
    let seed = hex::encode(seed("user"));
    for text in ["", "0x", "zz", &seed[1..], &format!("{seed}00"), &format!("{seed} ")] {
        let error = LocalCosignSigner::from_seed_hex(text).unwrap_err();
        assert_eq!(error, ParseKeyError::Seed, "{text}");
    }
    for bytes in [vec![], pair()[..63].to_vec(), [&pair()[..], &[0]].concat()] {
        let base58 = LocalCosignSigner::from_base58(&bs58::encode(&bytes).into_string());
        assert_eq!(base58.unwrap_err(), ParseKeyError::Base58);
        let json = json!(bytes).to_string();
        let json = LocalCosignSigner::from_keypair_json(json.as_bytes());
        assert_eq!(json.unwrap_err(), ParseKeyError::Json);
    }
    for json in ["", "{}", "[1, 2", "[256]", "[-1]", "null", "\"text\""] {
        let error = LocalCosignSigner::from_keypair_json(json.as_bytes()).unwrap_err();
        assert_eq!(error, ParseKeyError::Json, "{json}");
    }
    let plus = json!(pair().to_vec()).to_string().replacen('[', "[+", 1);
    assert!(LocalCosignSigner::from_keypair_json(plus.as_bytes()).is_err());
    let shown = ParseKeyError::OtherHalf.to_string();
    assert!(!shown.chars().any(|character| character.is_ascii_digit()), "{shown}");
}
