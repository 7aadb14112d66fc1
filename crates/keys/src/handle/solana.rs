use async_trait::async_trait;
use countersign_solana::{
    CosignRequest, CosignSigner, SignerError, TransferRequest, TransferSigner,
};
use countersign_units::SolanaAddress;

use super::{Key, KeyError};
use crate::error::Failure;
use crate::source::Message;
use crate::{KeyEvidence, PublicKey};

/// A key of an account on Solana.
#[derive(Clone, Debug)]
pub struct SolanaKey {
    key: Key,
    address: SolanaAddress,
}

impl SolanaKey {
    /// Takes a key of Ed25519; nothing of another curve.
    pub fn new(key: Key) -> Option<Self> {
        match *key.public_key() {
            PublicKey::Ed25519(bytes) => Some(Self { key, address: SolanaAddress::new(bytes) }),
            PublicKey::Secp256k1(_) => None,
        }
    }

    /// Returns the account.
    pub const fn address(&self) -> SolanaAddress {
        self.address
    }

    /// Returns the key.
    pub const fn key(&self) -> &Key {
        &self.key
    }

    async fn sign(
        &self,
        account: SolanaAddress,
        evidence: KeyEvidence<'_>,
        message: &[u8],
    ) -> Result<[u8; 64], SignerError> {
        if account != self.address {
            return Err(SignerError::NoKey { address: account });
        }
        self.key.ed25519(evidence, Message::new(message)).await.map_err(failed)
    }
}

#[async_trait]
impl CosignSigner for SolanaKey {
    async fn sign_message(&self, request: &CosignRequest<'_>) -> Result<[u8; 64], SignerError> {
        let evidence = KeyEvidence::Cosign(request.cosign());
        self.sign(request.user(), evidence, request.message().as_bytes()).await
    }
}

#[async_trait]
impl TransferSigner for SolanaKey {
    async fn sign_transfer(&self, request: &TransferRequest<'_>) -> Result<[u8; 64], SignerError> {
        let evidence = KeyEvidence::Transfer(request.transfer());
        self.sign(request.owner(), evidence, request.message().as_bytes()).await
    }
}

fn failed(error: KeyError) -> SignerError {
    match error.into() {
        Failure::Declined(reason) => SignerError::Declined(reason),
        Failure::Unavailable(reason) => SignerError::Unavailable(reason),
    }
}
