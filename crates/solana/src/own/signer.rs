use async_trait::async_trait;
use countersign_units::SolanaAddress;
use solana_sdk::signer::Signer;

use super::{TransferMessage, VerifiedTransfer};
use crate::{LocalCosignSigner, SignerError, SolanaSignerAdapter};

/// Holds keys, wherever they are kept, and signs transfers of our own that were verified.
///
/// A backend that co-signs may hold the same key and not this trait: then it co-signs alone. An
/// implementation signs the bytes as they are, or declines. What it returns is verified before it is
/// let out.
#[async_trait]
pub trait TransferSigner: Send + Sync {
    /// Signs the request's message by the key of its owner, with Ed25519.
    ///
    /// # Errors
    ///
    /// Returns a [`SignerError`] if the backend has no such key, declines, or can't be reached.
    async fn sign_transfer(&self, request: &TransferRequest<'_>) -> Result<[u8; 64], SignerError>;
}

/// A request to sign one verified and reserved transfer. Only
/// [`sign_transfer`](crate::sign_transfer) makes one.
#[derive(Clone, Debug)]
pub struct TransferRequest<'a> {
    transfer: &'a VerifiedTransfer,
    message: TransferMessage,
}

impl<'a> TransferRequest<'a> {
    pub(super) fn new(transfer: &'a VerifiedTransfer) -> Self {
        Self { transfer, message: transfer.message() }
    }

    /// Returns the account whose key is to sign.
    pub fn owner(&self) -> SolanaAddress {
        self.transfer.terms().approval.owner
    }

    /// Returns what is to be signed.
    pub const fn message(&self) -> &TransferMessage {
        &self.message
    }

    /// Returns the evidence, for a backend that verifies by itself or shows a person what it signs.
    pub const fn transfer(&self) -> &'a VerifiedTransfer {
        self.transfer
    }
}

#[async_trait]
impl TransferSigner for LocalCosignSigner {
    async fn sign_transfer(&self, request: &TransferRequest<'_>) -> Result<[u8; 64], SignerError> {
        let owner = request.owner();
        if owner != self.address() {
            return Err(SignerError::NoKey { address: owner });
        }
        self.sign_bytes(request.message().as_bytes())
    }
}

#[async_trait]
impl<S: Signer + Send + Sync> TransferSigner for SolanaSignerAdapter<S> {
    async fn sign_transfer(&self, request: &TransferRequest<'_>) -> Result<[u8; 64], SignerError> {
        self.sign_bytes(request.owner(), request.message().as_bytes())
    }
}

#[cfg(test)]
struct _DynCompatible(Box<dyn TransferSigner>);
