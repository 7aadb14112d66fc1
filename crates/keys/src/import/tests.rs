//! What other software wrote, what it must not be taken for, and round trips.

mod mnemonic;
mod plain;
mod web3;

use proptest::prelude::*;

use super::*;

const KEY: &str = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";

fn key_of(secret: &ImportedSecret) -> String {
    hex::encode(secret.bytes.as_slice())
}

/// A private key in the range of secp256k1.
fn key() -> impl Strategy<Value = [u8; 32]> {
    any::<[u8; 32]>().prop_filter("in the range", is_secp256k1)
}

#[test]
fn nothing_shows_a_secret() {
    let secret = ImportedSecret::hex(Curve::Secp256k1, KEY).unwrap();
    assert_eq!(format!("{secret:?}"), "ImportedSecret(Key(Secp256k1), ..)");
    let error = ImportedSecret::hex(Curve::Secp256k1, &KEY[1..]).unwrap_err();
    assert!(!format!("{error} {error:?}").contains(&KEY[1..]));
}

#[test]
fn reads_keys_in_hex_that_are_in_the_range() {
    for key in [KEY, &format!("0x{KEY}"), &KEY.to_uppercase()] {
        assert_eq!(key_of(&ImportedSecret::hex(Curve::Secp256k1, key).unwrap()), KEY);
    }
    let order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
    for key in [order, &"0".repeat(64), "", "0x", &KEY[2..], &format!("{KEY}00")] {
        assert!(ImportedSecret::hex(Curve::Secp256k1, key).is_err(), "{key}");
    }
    assert!(ImportedSecret::hex(Curve::Ed25519, order).is_ok());
}

proptest! {
    #[test]
    fn no_text_panics(text in ".{0,200}") {
        let _ = ImportedSecret::solana(&text);
        let _ = ImportedSecret::wif(&text);
        let _ = ImportedSecret::mnemonic(&text, "");
        let _ = ImportedSecret::web3(&text, "");
        let _ = ImportedSecret::hex(Curve::Ed25519, &text);
    }
}
