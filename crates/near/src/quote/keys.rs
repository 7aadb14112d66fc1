use std::fmt;

use ed25519_dalek::{Signature, VerifyingKey};

/// What stands before the base58 of an Ed25519 key or signature.
const PREFIX: &str = "ed25519:";

/// The key by which 1Click signs quotes. Source: its TypeScript SDK 0.1.25.
pub const PRODUCTION_QUOTE_KEY: &str = "ed25519:reYaWhvwu8Jzo3WUM3zhn6VrhuMEF4eADL17qtRVifc";

/// The key by which 1Click's staging system signs quotes: never pinned unless it is named.
pub const STAGING_QUOTE_KEY: &str = "ed25519:5J5tkaxyPoR3Q9S8LXfo5bWnXK5Z2bctJ4mB9gENh7co";

/// The pinned keys by which quotes may be signed, ready to verify with.
///
/// There is no discovery: a key that is replaced is pinned beside the old one first.
#[derive(Clone)]
pub struct QuoteKeys(Vec<VerifyingKey>);

/// A text is no key by which quotes may be signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected ed25519: and a strong key of 32 bytes in base58, found {found:?}")]
pub struct QuoteKeyError {
    /// The text.
    pub found: String,
}

impl QuoteKeys {
    /// Reads keys of the form `ed25519:` and base58.
    ///
    /// # Errors
    ///
    /// Returns a [`QuoteKeyError`] if a text is no such key, or one for which anybody can sign.
    pub fn new<'a>(keys: impl IntoIterator<Item = &'a str>) -> Result<Self, QuoteKeyError> {
        let error = |text: &str| QuoteKeyError { found: text.to_owned() };
        let keys = keys.into_iter().map(|text| read_key(text).ok_or_else(|| error(text)));
        keys.collect::<Result<_, _>>().map(Self)
    }

    /// Pins the key of the live API, and no other.
    pub fn production() -> Self {
        // That the text is a key is tested; without one, no quote would be proven.
        Self(read_key(PRODUCTION_QUOTE_KEY).into_iter().collect())
    }

    /// Finds the key by which `message` was signed.
    pub(crate) fn signer_of(&self, message: &[u8], signature: &[u8; 64]) -> Option<&VerifyingKey> {
        let signature = Signature::from_bytes(signature);
        self.0.iter().find(|key| key.verify_strict(message, &signature).is_ok())
    }

    /// Names the keys, for a refusal.
    pub(crate) fn describe(&self) -> String {
        let keys: Vec<_> = self.0.iter().map(|key| write_key(key.as_bytes())).collect();
        if keys.is_empty() { "no pinned key at all".to_owned() } else { keys.join(" or ") }
    }
}

impl fmt::Debug for QuoteKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "QuoteKeys({})", self.describe())
    }
}

fn read_key(text: &str) -> Option<VerifyingKey> {
    let key = VerifyingKey::from_bytes(&read_base58(text)?).ok()?;
    (!key.is_weak()).then_some(key)
}

/// Reads `ed25519:` and exactly `N` bytes in base58.
pub(crate) fn read_base58<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let read = bs58::decode(text.strip_prefix(PREFIX)?).onto(&mut bytes);
    (read == Ok(N)).then_some(bytes)
}

/// Writes `ed25519:` and base58.
pub(crate) fn write_key(bytes: &[u8]) -> String {
    format!("{PREFIX}{}", bs58::encode(bytes).into_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_keys_are_keys() {
        assert_eq!(QuoteKeys::production().describe(), PRODUCTION_QUOTE_KEY);
        assert_eq!(QuoteKeys::new([STAGING_QUOTE_KEY]).unwrap().describe(), STAGING_QUOTE_KEY);
    }

    #[test]
    fn a_key_by_which_anybody_can_sign_is_none() {
        // The neutral point and one of order two, a point off the curve, and other forms.
        let [neutral, off] = [1_u8, 2].map(|first| {
            let mut bytes = [0; 32];
            bytes[0] = first;
            write_key(&bytes)
        });
        let short = write_key(&[7; 31]);
        let bare = PRODUCTION_QUOTE_KEY.replace("ed25519:", "");
        for text in ["", "ed25519:", &neutral, &write_key(&[0; 32]), &off, &short, &bare] {
            assert!(QuoteKeys::new([text]).is_err(), "{text}");
        }
        assert!(QuoteKeys::new([]).unwrap().signer_of(b"", &[0; 64]).is_none());
    }
}
