use std::fmt;

use alloy::primitives::B256;
use alloy::signers::local::{PrivateKeySigner, Secp256k1Signer};
use async_trait::async_trait;
use countersign_units::EvmAddress;

use crate::{PermitSigner, SignPermit, SignerError, UncheckedSignature};

/// Makes a [`PermitSigner`] of any alloy signer.
///
/// An alloy signer signs any hash; in here it is handed verified digests only, and there is no way
/// to get it out again.
pub struct AlloySigner<S> {
    signer: S,
}

/// A key in memory, signing with libsecp256k1.
pub type LocalSigner = AlloySigner<Secp256k1Signer>;

/// A text is no private key. It does not say what the text was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a secp256k1 private key of 64 hex digits")]
pub struct ParseKeyError;

impl<S> AlloySigner<S> {
    /// Takes an alloy signer.
    pub const fn new(signer: S) -> Self {
        Self { signer }
    }
}

impl LocalSigner {
    /// Reads a private key of 64 hex digits, with or without `0x`.
    ///
    /// # Errors
    ///
    /// Returns [`ParseKeyError`] if the text is not hex, or not in the range of a key.
    pub fn from_hex(key: &str) -> Result<Self, ParseKeyError> {
        let signer: PrivateKeySigner = key.parse().map_err(|_| ParseKeyError)?;
        Ok(Self::new(signer.into_secp256k1()))
    }
}

#[async_trait]
impl<S: alloy::signers::Signer + Send + Sync> PermitSigner for AlloySigner<S> {
    fn address(&self) -> EvmAddress {
        EvmAddress::new(self.signer.address().0.0)
    }

    async fn sign_permit(
        &self,
        request: &SignPermit<'_>,
    ) -> Result<UncheckedSignature, SignerError> {
        let digest = B256::from(*request.digest().as_bytes());
        let signature = self.signer.sign_hash(&digest).await;
        let signature = signature.map_err(|error| SignerError::Unavailable(error.to_string()))?;
        let signature = signature.normalized_s();
        Ok(UncheckedSignature {
            r: signature.r().to_be_bytes(),
            s: signature.s().to_be_bytes(),
            y_parity: signature.v(),
        })
    }
}

impl<S: alloy::signers::Signer> fmt::Debug for AlloySigner<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "AlloySigner({})", self.signer.address())
    }
}

#[cfg(test)]
impl<S> AlloySigner<S> {
    /// Returns the blind signer, for tests below the door.
    pub(crate) const fn inner(&self) -> &S {
        &self.signer
    }
}
