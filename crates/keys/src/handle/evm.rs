use async_trait::async_trait;
use countersign_evm::{
    CallSigner, PermitSigner, SignCall, SignPermit, SignerError, UncheckedSignature,
};
use countersign_units::EvmAddress;

use super::{Key, KeyError, unchecked};
use crate::error::Failure;
use crate::source::Prehash;
use crate::{KeyEvidence, PublicKey, address};

/// A key of an account on EVM chains or Tron.
#[derive(Clone, Debug)]
pub struct EvmKey {
    key: Key,
    address: EvmAddress,
}

impl EvmKey {
    pub(crate) const fn at(key: Key, address: EvmAddress) -> Self {
        Self { key, address }
    }

    /// Takes a key of secp256k1; nothing of another curve.
    pub fn new(key: Key) -> Option<Self> {
        let address = match key.public_key() {
            PublicKey::Secp256k1(bytes) => address::evm(bytes)?,
            PublicKey::Ed25519(_) => return None,
        };
        Some(Self { key, address })
    }

    /// Returns the account.
    pub const fn address(&self) -> EvmAddress {
        self.address
    }

    /// Returns the key.
    pub const fn key(&self) -> &Key {
        &self.key
    }
}

#[async_trait]
impl PermitSigner for EvmKey {
    fn address(&self) -> EvmAddress {
        self.address
    }

    async fn sign_permit(
        &self,
        request: &SignPermit<'_>,
    ) -> Result<UncheckedSignature, SignerError> {
        let digest = Prehash::new(request.digest().as_bytes());
        let signed = self.key.ecdsa(KeyEvidence::Permit(request.permit()), digest).await;
        signed.map(unchecked).map_err(failed)
    }
}

#[async_trait]
impl CallSigner for EvmKey {
    fn account(&self) -> EvmAddress {
        self.address
    }

    async fn sign_call(&self, request: &SignCall<'_>) -> Result<UncheckedSignature, SignerError> {
        let digest = Prehash::new(request.sighash().as_bytes());
        let signed = self.key.ecdsa(KeyEvidence::Call(request.evidence()), digest).await;
        signed.map(unchecked).map_err(failed)
    }
}

fn failed(error: KeyError) -> SignerError {
    match error.into() {
        Failure::Declined(reason) => SignerError::Declined(reason),
        Failure::Unavailable(reason) => SignerError::Unavailable(reason),
    }
}
