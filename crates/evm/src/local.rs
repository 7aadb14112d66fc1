use std::fmt;

use async_trait::async_trait;
use countersign_units::EvmAddress;
use secp256k1::{Message, PublicKey, SECP256K1, SecretKey};
use zeroize::Zeroizing;

use crate::keccak::keccak;
use crate::{CallSigner, PermitSigner, SignCall, SignPermit, SignerError, UncheckedSignature};

/// A key in memory, signing with libsecp256k1: for tests, the sandbox, and small sums.
///
/// The key is erased when this is dropped, is never shown, and can't be taken out again.
pub struct LocalSigner {
    /// In a place that it is never moved from, so that no copy of it stays behind.
    key: Box<SecretKey>,
    address: EvmAddress,
}

/// A text is no private key. It does not say what the text was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a secp256k1 private key of 64 hex digits")]
pub struct ParseKeyError;

impl LocalSigner {
    /// Reads a private key of 64 hex digits, with or without `0x`.
    ///
    /// # Errors
    ///
    /// Returns [`ParseKeyError`] if the text is not hex, or not in the range of a key.
    pub fn from_hex(key: &str) -> Result<Self, ParseKeyError> {
        let mut bytes = Zeroizing::new([0; 32]);
        let digits = key.strip_prefix("0x").unwrap_or(key);
        hex::decode_to_slice(digits, bytes.as_mut_slice()).map_err(|_| ParseKeyError)?;
        let key = Box::new(SecretKey::from_byte_array(&bytes).map_err(|_| ParseKeyError)?);
        let address = address_of(&key.public_key(SECP256K1));
        Ok(Self { key, address })
    }

    /// Signs a digest with the nonce of RFC 6979; `s` is always the lower one.
    pub(crate) fn sign_digest(&self, digest: [u8; 32]) -> UncheckedSignature {
        let signature = SECP256K1.sign_ecdsa_recoverable(&Message::from_digest(digest), &self.key);
        let (recovery_id, bytes) = signature.serialize_compact();
        UncheckedSignature::from_compact(&bytes, i32::from(recovery_id) % 2 == 1)
    }
}

/// Returns the account that a public key controls: the end of its hash.
pub(crate) fn address_of(key: &PublicKey) -> EvmAddress {
    let uncompressed = key.serialize_uncompressed();
    let hash = keccak(uncompressed.get(1..).unwrap_or_default());
    EvmAddress::new(hash.last_chunk().copied().unwrap_or_default())
}

#[async_trait]
impl PermitSigner for LocalSigner {
    fn address(&self) -> EvmAddress {
        self.address
    }

    async fn sign_permit(
        &self,
        request: &SignPermit<'_>,
    ) -> Result<UncheckedSignature, SignerError> {
        Ok(self.sign_digest(*request.digest().as_bytes()))
    }
}

#[async_trait]
impl CallSigner for LocalSigner {
    fn account(&self) -> EvmAddress {
        self.address
    }

    async fn sign_call(&self, request: &SignCall<'_>) -> Result<UncheckedSignature, SignerError> {
        Ok(self.sign_digest(*request.sighash().as_bytes()))
    }
}

impl Drop for LocalSigner {
    fn drop(&mut self) {
        self.key.non_secure_erase();
    }
}

impl fmt::Debug for LocalSigner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "LocalSigner({})", self.address)
    }
}
