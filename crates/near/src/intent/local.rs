use std::fmt;

use async_trait::async_trait;
use countersign_approval::IntentKey;
use ed25519_dalek::{Signer as _, SigningKey};
use secp256k1::{Message, SECP256K1, SecretKey};
use zeroize::Zeroizing;

use super::signature::address_of;
use super::{
    IntentSigner, SignIntent, SignerError, ToSign, UncheckedIntentSignature, implicit_account,
};

/// An Ed25519 key in memory: for tests, the sandbox, and small sums.
///
/// The key is erased when this is dropped, is never shown, and can't be taken out again.
pub struct LocalEd25519Signer {
    /// In a place that it is never moved from, so that no copy of it stays behind.
    key: Box<SigningKey>,
}

/// A secp256k1 key in memory: for tests, the sandbox, and small sums.
///
/// The key is erased when this is dropped, is never shown, and can't be taken out again.
pub struct LocalSecp256k1Signer {
    /// In a place that it is never moved from, so that no copy of it stays behind.
    key: Box<SecretKey>,
    public: IntentKey,
}

/// A text is no private key. It does not say what the text was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseKeyError {
    /// It is no Ed25519 seed.
    #[error("expected an Ed25519 seed of 64 hex digits")]
    Seed,
    /// It is no key pair as NEAR's tools write it.
    #[error("expected ed25519: and a key pair of 64 bytes in base58 whose halves belong together")]
    Pair,
    /// It is no secp256k1 key.
    #[error("expected a secp256k1 private key of 64 hex digits")]
    Secp256k1,
}

impl LocalEd25519Signer {
    /// Reads a seed of 64 hex digits, with or without `0x`.
    ///
    /// # Errors
    ///
    /// Returns [`ParseKeyError::Seed`] if the text is not that.
    pub fn from_seed_hex(seed: &str) -> Result<Self, ParseKeyError> {
        let bytes = read_hex(seed).ok_or(ParseKeyError::Seed)?;
        Ok(Self { key: Box::new(SigningKey::from_bytes(&bytes)) })
    }

    /// Reads a key pair as NEAR's tools write it: `ed25519:` and 64 bytes in base58.
    ///
    /// # Errors
    ///
    /// Returns [`ParseKeyError::Pair`] if the text is not that, or its halves are of two keys.
    pub fn from_near(pair: &str) -> Result<Self, ParseKeyError> {
        let text = pair.strip_prefix("ed25519:").ok_or(ParseKeyError::Pair)?;
        let mut bytes = Zeroizing::new([0; 64]);
        if bs58::decode(text).onto(bytes.as_mut_slice()) != Ok(64) {
            return Err(ParseKeyError::Pair);
        }
        let key = SigningKey::from_keypair_bytes(&bytes);
        key.map(|key| Self { key: Box::new(key) }).map_err(|_| ParseKeyError::Pair)
    }
}

impl LocalSecp256k1Signer {
    /// Reads a private key of 64 hex digits, with or without `0x`.
    ///
    /// # Errors
    ///
    /// Returns [`ParseKeyError::Secp256k1`] if the text is not hex, or not in the range of a key.
    pub fn from_hex(key: &str) -> Result<Self, ParseKeyError> {
        let bytes = read_hex(key).ok_or(ParseKeyError::Secp256k1)?;
        let key = SecretKey::from_byte_array(&bytes).map_err(|_| ParseKeyError::Secp256k1)?;
        let key = Box::new(key);
        let public = IntentKey::Secp256k1(address_of(&key.public_key(SECP256K1)));
        Ok(Self { key, public })
    }
}

fn read_hex(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut bytes = Zeroizing::new([0; 32]);
    let digits = text.strip_prefix("0x").unwrap_or(text);
    hex::decode_to_slice(digits, bytes.as_mut_slice()).ok()?;
    Some(bytes)
}

#[async_trait]
impl IntentSigner for LocalEd25519Signer {
    fn key(&self) -> IntentKey {
        IntentKey::Ed25519(self.key.verifying_key().to_bytes())
    }

    async fn sign_intent(
        &self,
        request: &SignIntent<'_>,
    ) -> Result<UncheckedIntentSignature, SignerError> {
        let ToSign::Ed25519(message) = request.to_sign() else {
            return Err(SignerError::OtherKind);
        };
        Ok(UncheckedIntentSignature::Ed25519(self.key.sign(message).to_bytes()))
    }
}

#[async_trait]
impl IntentSigner for LocalSecp256k1Signer {
    fn key(&self) -> IntentKey {
        self.public
    }

    /// Signs with the nonce of RFC 6979; `s` is always the lower one.
    async fn sign_intent(
        &self,
        request: &SignIntent<'_>,
    ) -> Result<UncheckedIntentSignature, SignerError> {
        let ToSign::Secp256k1(digest) = request.to_sign() else {
            return Err(SignerError::OtherKind);
        };
        let message = Message::from_digest(*digest.as_bytes());
        let (id, compact) =
            SECP256K1.sign_ecdsa_recoverable(&message, &self.key).serialize_compact();
        let y_parity = i32::from(id) % 2 == 1;
        Ok(UncheckedIntentSignature::Secp256k1 { compact, y_parity })
    }
}

impl Drop for LocalSecp256k1Signer {
    fn drop(&mut self) {
        self.key.non_secure_erase();
    }
}

impl fmt::Debug for LocalEd25519Signer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "LocalEd25519Signer({})", implicit_account(&self.key()))
    }
}

impl fmt::Debug for LocalSecp256k1Signer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "LocalSecp256k1Signer({})", implicit_account(&self.public))
    }
}
