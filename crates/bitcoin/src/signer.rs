use async_trait::async_trait;

use crate::{InputSighash, KeyRequest};

/// Holds keys, wherever they are kept, and opens one for a signature or many.
#[async_trait]
pub trait CoinSigner: Send + Sync {
    /// Opens a key, once for all inputs that it signs: what a tweak costs is paid here.
    ///
    /// # Errors
    ///
    /// Returns a [`SignerError`] if the backend has no such key, declines, or can't be reached.
    async fn open(&self, request: &KeyRequest<'_>) -> Result<Box<dyn CoinKey>, SignerError>;
}

/// A key that was opened, and tweaked if that was asked for.
///
/// An implementation signs the 32 bytes as they are, or declines: always where they are none of
/// [`KeyRequest::sighashes`]. What it returns is verified
/// before it is let out, so a backend that signs something else achieves nothing.
#[async_trait]
pub trait CoinKey: Send + Sync {
    /// Signs with ECDSA and returns `r` and `s`, 32 bytes each. Either `s` will do: the lower is
    /// taken. A small `r` (below 2^255) saves a byte on chain.
    ///
    /// # Errors
    ///
    /// Returns a [`SignerError`] if the backend declines or can't be reached.
    async fn sign_ecdsa(&self, sighash: &InputSighash) -> Result<[u8; 64], SignerError>;

    /// Signs with Schnorr's scheme of
    /// [BIP-340](https://github.com/bitcoin/bips/blob/master/bip-0340.mediawiki).
    ///
    /// # Errors
    ///
    /// Returns a [`SignerError`] if the backend declines or can't be reached.
    async fn sign_schnorr(&self, sighash: &InputSighash) -> Result<[u8; 64], SignerError>;
}

/// Why a key backend did not sign. Its texts must hold no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignerError {
    /// The backend has no key of this public key.
    #[error("the key backend has no key of {public_key}")]
    NoKey {
        /// The public key, in hex.
        public_key: String,
    },
    /// The backend decided not to sign.
    #[error("the key backend declined: {0}")]
    Declined(String),
    /// The backend can't be reached, or did not answer in time.
    #[error("the key backend is not available: {0}")]
    Unavailable(String),
}

#[cfg(test)]
struct _DynCompatible(Box<dyn CoinSigner>, Box<dyn CoinKey>);
