use std::fmt::Write as _;

use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

use super::{ImportError, ImportedSecret, SecretKind};
use crate::Curve;

const FORM: &str = "key pair of Solana";

pub(super) fn read(json: &str) -> Result<ImportedSecret, ImportError> {
    let bytes = read_list(json)?;
    let expected = "a private and a public half that belong together";
    let (seed, public) = bytes.split_at(32);
    let seed = seed.try_into().map_err(|_| wrong(expected))?;
    if SigningKey::from_bytes(seed).verifying_key().as_bytes().as_slice() != public {
        return Err(wrong(expected));
    }
    Ok(ImportedSecret::new(SecretKind::Key(Curve::Ed25519), seed))
}

const fn wrong(expected: &'static str) -> ImportError {
    ImportError::Form { form: FORM, expected }
}

/// Reads 64 numbers straight into a place that is erased, so that no copy is left behind.
fn read_list(json: &str) -> Result<Zeroizing<[u8; 64]>, ImportError> {
    const EXPECTED: &str = "a JSON list of 64 bytes";
    let text = json.trim().strip_prefix('[').ok_or(wrong(EXPECTED))?;
    let text = text.strip_suffix(']').ok_or(ImportError::Truncated { form: FORM })?;
    let mut numbers = text.split(',').map(|number| number.trim_matches([' ', '\t', '\r', '\n']));
    let mut bytes = Zeroizing::new([0; 64]);
    for byte in bytes.iter_mut() {
        let number = numbers.next().ok_or(wrong(EXPECTED))?;
        let plain = number.bytes().all(|digit| digit.is_ascii_digit())
            && (number.len() == 1 || !number.starts_with('0'));
        *byte = number.parse().ok().filter(|_| plain).ok_or(wrong(EXPECTED))?;
    }
    if numbers.next().is_some() { Err(wrong(EXPECTED)) } else { Ok(bytes) }
}

/// Writes a key pair as the Solana command line does.
pub(crate) fn write(seed: &[u8; 32]) -> Zeroizing<String> {
    let public = SigningKey::from_bytes(seed).verifying_key().to_bytes();
    // As long as it gets, so that it is never moved and leaves no copy behind.
    let mut text = Zeroizing::new(String::with_capacity(64 * 4 + 2));
    text.push('[');
    for (place, byte) in seed.iter().chain(&public).enumerate() {
        let comma = if place == 0 { "" } else { "," };
        // Writing into a string does not fail.
        let _ = write!(text, "{comma}{byte}");
    }
    text.push(']');
    text
}
