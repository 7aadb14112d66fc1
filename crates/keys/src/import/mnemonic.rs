use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2;
use bip39::{Language, Mnemonic};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::{ImportError, ImportedSecret, SecretKind, fill_random};

const FORM: &str = "mnemonic";
/// How often BIP-39 hashes.
const ROUNDS: NonZeroU32 = NonZeroU32::new(2_048).unwrap();
/// Longer than 24 words of the list get.
const LONGEST: usize = 24 * 9;

/// How many words a mnemonic has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the ends of what BIP-39 has")]
pub enum MnemonicLength {
    /// 12 words, 128 bits.
    Twelve,
    /// 24 words, 256 bits.
    TwentyFour,
}

/// Makes a new mnemonic of [BIP-39] in English.
///
/// It is to be written down by its owner: a keystore keeps the seed that follows from it alone.
///
/// [BIP-39]: https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki
///
/// # Errors
///
/// Returns [`ImportError::Random`] if the system gives no random bytes.
pub fn generate_mnemonic(length: MnemonicLength) -> Result<Zeroizing<String>, ImportError> {
    let mut entropy = Zeroizing::new([0; 32]);
    fill_random(entropy.as_mut_slice())?;
    let bytes = match length {
        MnemonicLength::Twelve => entropy.get(..16),
        MnemonicLength::TwentyFour => Some(entropy.as_slice()),
    };
    let mnemonic = Mnemonic::from_entropy(bytes.unwrap_or_default());
    Ok(text_of(&mnemonic.map_err(|_| wrong("16 or 32 bytes of entropy"))?))
}

pub(super) fn read(words: &str, passphrase: &str) -> Result<ImportedSecret, ImportError> {
    let mut normal = Zeroizing::new(String::with_capacity(words.len()));
    for (place, word) in words.split_whitespace().enumerate() {
        normal.push_str(if place == 0 { "" } else { " " });
        normal.push_str(word);
    }
    let mnemonic = Mnemonic::parse_in_normalized(Language::English, &normal);
    let mnemonic = mnemonic.map_err(|error| match error {
        bip39::Error::BadWordCount(_) => wrong("12, 15, 18, 21 or 24 words"),
        bip39::Error::UnknownWord(_) => wrong("words of the English list"),
        bip39::Error::InvalidChecksum => wrong("words with a right checksum"),
        _ => wrong("a mnemonic of BIP-39 in English"),
    })?;
    Ok(ImportedSecret::new(SecretKind::Seed, seed_of(&mnemonic, passphrase).as_slice()))
}

const fn wrong(expected: &'static str) -> ImportError {
    ImportError::Form { form: FORM, expected }
}

fn text_of(mnemonic: &Mnemonic) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(LONGEST));
    for (place, word) in mnemonic.words().enumerate() {
        text.push_str(if place == 0 { "" } else { " " });
        text.push_str(word);
    }
    text
}

fn seed_of(mnemonic: &Mnemonic, passphrase: &str) -> Zeroizing<[u8; 64]> {
    let mut salt = Zeroizing::new(String::with_capacity(
        passphrase.len().saturating_mul(4).saturating_add(16),
    ));
    salt.push_str("mnemonic");
    salt.extend(passphrase.nfkd());
    let mut seed = Zeroizing::new([0; 64]);
    let words = text_of(mnemonic);
    let (salt, words) = (salt.as_bytes(), words.as_bytes());
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA512, ROUNDS, salt, words, seed.as_mut_slice());
    seed
}
