use countersign_units::SolanaAddress;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// What is pinned of quotes that an API signs, and of the intents that we sign on them.
///
/// In the file the table `[quotes]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct QuotePins {
    /// The Ed25519 keys that a quote may be signed by, in the file as `ed25519:` and base58. Empty:
    /// unpinned.
    #[serde(deserialize_with = "keys")]
    pub keys: Vec<String>,
    /// The accounts that may take an application fee of a quote. Empty: nobody but those whom we asked
    /// it for.
    #[serde(default, deserialize_with = "recipients")]
    pub fee_recipients: Vec<String>,
    /// The contract that carries out signed intents, such as `intents.near`.
    pub verifying_contract: Option<String>,
    /// The salts that a nonce of that contract may have, in the file as 8 hex digits each. Empty:
    /// unpinned, and without the contract's own word no intent is signed.
    #[serde(default, deserialize_with = "salts")]
    pub nonce_salts: Vec<[u8; 4]>,
}

fn keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let keys = Vec::<String>::deserialize(deserializer)?;
    // A key of Ed25519 and an address of Solana are written alike.
    let is_key = |text: &String| {
        let key = text.strip_prefix("ed25519:");
        key.is_some_and(|key| key.parse::<SolanaAddress>().is_ok())
    };
    if keys.iter().all(is_key) {
        return Ok(keys);
    }
    Err(D::Error::custom("expected keys: ed25519: and 32 bytes in base58"))
}

fn recipients<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let recipients = Vec::<String>::deserialize(deserializer)?;
    // They are compared as they are written: what no account looks like would pin nothing.
    let is_account =
        |text: &String| !text.is_empty() && text.len() <= 64 && text.bytes().all(is_of_account);
    if recipients.iter().all(is_account) {
        return Ok(recipients);
    }
    Err(D::Error::custom("expected accounts of NEAR: lower-case letters, digits, and . - _"))
}

/// Says whether an account of NEAR may have this character. Sources:
/// [account ids](https://nomicon.io/DataStructures/Account).
const fn is_of_account(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'_')
}

fn salts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<[u8; 4]>, D::Error> {
    let read = |text: String| {
        let mut salt = [0; 4];
        hex::decode_to_slice(text, &mut salt).ok().map(|()| salt)
    };
    let salts: Option<_> = Vec::deserialize(deserializer)?.into_iter().map(read).collect();
    salts.ok_or_else(|| D::Error::custom("expected salts: 8 hex digits each"))
}
