//! Whose signature stands under an intent.

use alloy::primitives::{Signature, keccak256};
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Standard;

/// 2^31 + 413, by which NEP-413 tells messages from transactions.
const NEP413_TAG: u32 = (1 << 31) + 413;

/// A signed intent, as it is handed in.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct SignedData {
    pub(super) standard: Standard,
    payload: Value,
    public_key: Option<String>,
    signature: String,
}

/// The members of NEP-413.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Nep413 {
    message: String,
    nonce: String,
    recipient: String,
    callback_url: Option<String>,
}

/// An intent whose signature holds.
#[derive(Clone, Debug)]
pub(super) struct Signed {
    /// The account that the key controls.
    pub(super) account: String,
    /// The intent's hash, in base58.
    pub(super) hash: String,
    /// What was signed, in JSON.
    pub(super) message: Value,
}

/// What a signature was made over.
struct Content {
    message: String,
    /// What of NEP-413 stands outside its message.
    outside: Option<Nep413>,
}

impl SignedData {
    /// Verifies the signature.
    ///
    /// # Errors
    ///
    /// Returns why it does not count.
    pub(super) fn verify(&self) -> Result<Signed, &'static str> {
        let content = self.content().ok_or("invalid payload")?;
        let hash = self.hash(&content).ok_or("invalid nonce")?;
        let account = match self.standard {
            Standard::Erc191 | Standard::Tip191 => self.recover(&hash),
            Standard::Nep413 => self.check_ed25519(&hash),
            Standard::RawEd25519 => self.check_ed25519(content.message.as_bytes()),
        };
        let mut message: Value =
            serde_json::from_str(&content.message).map_err(|_| "invalid message")?;
        if let (Some(outside), Value::Object(members)) = (content.outside, &mut message) {
            members.insert("nonce".to_owned(), outside.nonce.into());
            members.insert("verifying_contract".to_owned(), outside.recipient.into());
        }
        let account = account.ok_or("invalid signature")?;
        Ok(Signed { account, hash: bs58::encode(hash).into_string(), message })
    }

    fn content(&self) -> Option<Content> {
        match &self.payload {
            Value::String(text) if self.standard != Standard::Nep413 => {
                Some(Content { message: text.clone(), outside: None })
            }
            Value::Object(_) if self.standard == Standard::Nep413 => {
                let outside: Nep413 = serde_json::from_value(self.payload.clone()).ok()?;
                Some(Content { message: outside.message.clone(), outside: Some(outside) })
            }
            _ => None,
        }
    }

    fn hash(&self, content: &Content) -> Option<[u8; 32]> {
        let message = &content.message;
        Some(match self.standard {
            Standard::Nep413 => nep413(content.outside.as_ref()?)?,
            Standard::Erc191 => prefixed("Ethereum", message),
            Standard::Tip191 => prefixed("TRON", message),
            Standard::RawEd25519 => Sha256::digest(message).into(),
        })
    }

    /// Returns the account of the key that made a signature over a hash.
    fn recover(&self, hash: &[u8; 32]) -> Option<String> {
        let text = self.signature.strip_prefix("secp256k1:")?;
        let bytes: [u8; 65] = bs58::decode(text).into_vec().ok()?.try_into().ok()?;
        let ([scalars @ .., parity], true) = (&bytes, bytes[64] < 2) else { return None };
        let signature = Signature::from_bytes_and_parity(scalars, *parity == 1);
        if signature.normalize_s().is_some() {
            return None;
        }
        let address = signature.recover_address_from_prehash(&hash.into()).ok()?;
        Some(format!("0x{}", hex::encode(address)))
    }

    fn check_ed25519(&self, message: &[u8]) -> Option<String> {
        let key = from_base58(self.public_key.as_deref()?)?;
        let signature = from_base58(&self.signature)?;
        UnparsedPublicKey::new(&ED25519, &key).verify(message, &signature).ok()?;
        Some(hex::encode(key))
    }
}

fn from_base58(text: &str) -> Option<Vec<u8>> {
    bs58::decode(text.strip_prefix("ed25519:")?).into_vec().ok()
}

fn prefixed(chain: &str, message: &str) -> [u8; 32] {
    let head = format!("\x19{chain} Signed Message:\n{}", message.len());
    keccak256([head.as_bytes(), message.as_bytes()].concat()).0
}

/// Hashes the tag and the members in borsh.
fn nep413(payload: &Nep413) -> Option<[u8; 32]> {
    use base64::Engine as _;
    let nonce = base64::engine::general_purpose::STANDARD.decode(&payload.nonce).ok()?;
    let mut bytes = NEP413_TAG.to_le_bytes().to_vec();
    push_text(&mut bytes, &payload.message)?;
    bytes.extend(<[u8; 32]>::try_from(nonce).ok()?);
    push_text(&mut bytes, &payload.recipient)?;
    bytes.push(u8::from(payload.callback_url.is_some()));
    if let Some(callback) = &payload.callback_url {
        push_text(&mut bytes, callback)?;
    }
    Some(Sha256::digest(bytes).into())
}

fn push_text(bytes: &mut Vec<u8>, text: &str) -> Option<()> {
    bytes.extend(u32::try_from(text.len()).ok()?.to_le_bytes());
    bytes.extend(text.as_bytes());
    Some(())
}
