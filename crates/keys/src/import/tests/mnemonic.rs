use super::key_of;
use crate::import::{ImportedSecret, MnemonicLength, SecretKind, generate_mnemonic};

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
