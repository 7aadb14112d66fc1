use async_trait::async_trait;
use countersign_units::SolanaAddress;

use crate::CosignMessage;

/// Holds keys, wherever they are kept, and signs messages that were verified.
///
/// It takes a [`CosignMessage`], which is made out of evidence alone, where the ecosystem's traits
/// for keys (`solana_signer::Signer`, and the asynchronous one of `solana-keychain`) sign any
/// bytes, and some backends of the latter rewrite the transaction or send it on their own. A signer
/// of the first kind is held inside a [`SolanaSignerAdapter`](crate::SolanaSignerAdapter); one of
/// the second that signs bytes as they are is a few lines of this trait.
///
/// An implementation signs the bytes as they are, or declines. What it returns is verified before
/// it is let out, so a backend that signs something else achieves nothing.
#[async_trait]
pub trait CosignSigner: Send + Sync {
    /// Signs a message by the key of `user`, with Ed25519.
    ///
    /// # Errors
    ///
    /// Returns a [`SignerError`] if the backend has no such key, declines, or can't be reached.
    async fn sign_message(
        &self,
        user: &SolanaAddress,
        message: &CosignMessage,
    ) -> Result<[u8; 64], SignerError>;
}

/// Why a key backend did not sign. Its texts must hold no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignerError {
    /// The backend has no key of this address.
    #[error("the key backend has no key of {address}")]
    NoKey {
        /// The address.
        address: SolanaAddress,
    },
    /// The backend decided not to sign.
    #[error("the key backend declined: {0}")]
    Declined(String),
    /// The backend can't be reached, or did not answer in time.
    #[error("the key backend is not available: {0}")]
    Unavailable(String),
}

#[cfg(test)]
struct _DynCompatible(Box<dyn CosignSigner>);
