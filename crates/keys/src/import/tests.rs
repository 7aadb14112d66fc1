//! What other software wrote, what it must not be taken for, and round trips.

use proptest::prelude::*;

use super::*;

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
const KEY: &str = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";

fn key_of(secret: &ImportedSecret) -> String {
    hex::encode(secret.bytes.as_slice())
}

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

#[test]
fn reads_the_mnemonics_that_bip39_is_tested_with() {
    let abandon = "abandon ".repeat(11) + "about";
    let legal = "legal winner thank year wave sausage worth useful legal winner thank yellow";
    let zoo = "zoo ".repeat(11) + "wrong";
    for (words, seed) in [
        (
            abandon.as_str(),
            "c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04",
        ),
        (
            legal,
            "2e8905819b8723fe2c1d161860e5ee1830318dbf49a83bd451cfb8440c28bd6fa457fe1296106559a3c80937a1c1069be3a3a5bd381ee6260e8d9739fce1f607",
        ),
        (
            zoo.as_str(),
            "ac27495480225222079d7be181583751e86f571027b0497b5b5d11218e0a8a13332572917f0f8e5a589620c6f15b11c61dee327651a14c34e18231052e48c069",
        ),
    ] {
        let secret = ImportedSecret::mnemonic(words, "TREZOR").unwrap();
        assert_eq!((key_of(&secret).as_str(), secret.kind), (seed, SecretKind::Seed));
        // As people paste it.
        let spaced = format!("  {}\n", words.replace(' ', "\t "));
        assert_eq!(key_of(&ImportedSecret::mnemonic(&spaced, "TREZOR").unwrap()), seed);
    }
}

#[test]
fn refuses_what_is_no_mnemonic() {
    let abandon = "abandon ".repeat(11);
    let reason = |words: &str| ImportedSecret::mnemonic(words, "").unwrap_err().to_string();
    assert!(reason(&format!("{abandon}abandon")).contains("checksum"));
    assert!(reason(&format!("{abandon}countersign")).contains("the English list"));
    assert!(reason(&abandon).contains("12, 15, 18, 21 or 24 words"));
    assert!(reason("").contains("words"));
    // The words themselves never stand in an error.
    assert!(!reason(&format!("{abandon}countersign")).contains("countersign"));
}

#[test]
fn makes_mnemonics_that_it_reads() {
    for (length, words) in [(MnemonicLength::Twelve, 12), (MnemonicLength::TwentyFour, 24)] {
        let (one, other) = (generate_mnemonic(length).unwrap(), generate_mnemonic(length).unwrap());
        assert_ne!(*one, *other);
        assert_eq!(one.split(' ').count(), words);
        assert!(ImportedSecret::mnemonic(&one, "").is_ok());
    }
}

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

/// A private key in the range of secp256k1.
fn key() -> impl Strategy<Value = [u8; 32]> {
    any::<[u8; 32]>().prop_filter("in the range", is_secp256k1)
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

    #[test]
    fn no_text_panics(text in ".{0,200}") {
        let _ = ImportedSecret::solana(&text);
        let _ = ImportedSecret::wif(&text);
        let _ = ImportedSecret::mnemonic(&text, "");
        let _ = ImportedSecret::web3(&text, "");
        let _ = ImportedSecret::hex(Curve::Ed25519, &text);
    }
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
