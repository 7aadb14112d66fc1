//! Keys in the clear: WIF, and the key pairs of Solana.

use proptest::prelude::*;

use super::{key, key_of};
use crate::import::{ImportError, ImportedSecret, write_solana, write_wif};

#[test]
fn reads_wif_with_a_compressed_public_half_alone() {
    let key = "0c28fca386c7a227600b2fe50b7cae11ec86d3bf1fbe471be89827e19d72aa1d";
    for text in [
        "KwdMAjGmerYanjeui5SHS7JkmpZvVipYvB2LJGU1ZxJwYvP98617",
        "cMzLdeGd5vEqxB8B6VFQoRopQ3sLAAvEzDAoQgvX54xwofSWj1fx",
    ] {
        assert_eq!(key_of(&ImportedSecret::wif(text).unwrap()), key, "{text}");
    }
    let uncompressed = "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ";
    let error = ImportedSecret::wif(uncompressed).unwrap_err();
    assert!(matches!(error, ImportError::Unsupported { member: "public half", .. }), "{error}");
    for text in [
        "",
        "KwdMAjGmerYanjeui5SHS7JkmpZvVipYvB2LJGU1ZxJwYvP98618",
        "KwdMAjGmerYanjeui5SHS7JkmpZvVipYvB2LJGU1ZxJwYvP9861",
        "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
        "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet8",
    ] {
        assert!(ImportedSecret::wif(text).is_err(), "{text}");
    }
    let other_chain = bs58::encode([&[0xb0], [7; 32].as_slice(), &[1]].concat()).with_check();
    let error = ImportedSecret::wif(&other_chain.into_string()).unwrap_err();
    assert!(matches!(error, ImportError::Unsupported { member: "network", .. }), "{error}");
    let zero = bs58::encode([&[0x80], [0; 32].as_slice(), &[1]].concat()).with_check();
    assert!(ImportedSecret::wif(&zero.into_string()).is_err());
}

#[test]
fn refuses_what_is_no_key_pair_of_solana() {
    let good = write_solana(&[7; 32]);
    assert!(ImportedSecret::solana(&good).is_ok());
    let truncated = ImportError::Truncated { form: "key pair of Solana" };
    assert_eq!(ImportedSecret::solana(&good[..good.len() - 1]).unwrap_err(), truncated);
    for text in [
        String::new(),
        "[]".to_owned(),
        good.replacen('7', "8", 1),
        good.replacen('7', "256", 1),
        good.replacen('7', "+7", 1),
        good.replacen('7', "07", 1),
        good.replacen('7', "-7", 1),
        good.replacen('7', "7.0", 1),
        good.replacen("7,", "", 1),
        good.replacen('7', "7,7", 1),
        good.replacen('7', "\"7\"", 1),
    ] {
        assert!(ImportedSecret::solana(&text).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn key_pairs_of_solana_round_trip(seed: [u8; 32]) {
        let text = write_solana(&seed);
        let values: Vec<u8> = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(values.len(), 64);
        let secret = ImportedSecret::solana(&text).unwrap();
        prop_assert_eq!(secret.bytes.as_slice(), seed);
    }

    #[test]
    fn wif_round_trips_and_is_that_of_another_implementation(key in key(), test: bool) {
        let text = write_wif(&key, test);
        let secret = ImportedSecret::wif(&text).unwrap();
        prop_assert_eq!(secret.bytes.as_slice(), key);
        let theirs = bitcoin::PrivateKey::from_wif(&text).unwrap();
        prop_assert_eq!((theirs.inner.secret_bytes(), theirs.compressed), (key, true));
        prop_assert_eq!(theirs.network == bitcoin::NetworkKind::Test, test);
    }
}
