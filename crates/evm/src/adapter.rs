use std::fmt;

use alloy::primitives::B256;
use async_trait::async_trait;
use countersign_units::EvmAddress;

use crate::{CallSigner, PermitSigner, SignCall, SignPermit, SignerError, UncheckedSignature};

/// Makes a [`PermitSigner`] and a [`CallSigner`] of any alloy signer.
///
/// An alloy signer signs any hash; in here it is handed verified digests only, and there is no way
/// to get it out again.
pub struct AlloySigner<S> {
    signer: S,
}

impl<S> AlloySigner<S> {
    /// Takes an alloy signer.
    pub const fn new(signer: S) -> Self {
        Self { signer }
    }
}

impl<S: alloy::signers::Signer + Send + Sync> AlloySigner<S> {
    async fn sign_digest(&self, digest: [u8; 32]) -> Result<UncheckedSignature, SignerError> {
        let signature = self.signer.sign_hash(&B256::from(digest)).await;
        let signature = signature.map_err(|error| SignerError::Unavailable(error.to_string()))?;
        let signature = signature.normalized_s();
        Ok(UncheckedSignature {
            r: signature.r().to_be_bytes(),
            s: signature.s().to_be_bytes(),
            y_parity: signature.v(),
        })
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
        self.sign_digest(*request.digest().as_bytes()).await
    }
}

#[async_trait]
impl<S: alloy::signers::Signer + Send + Sync> CallSigner for AlloySigner<S> {
    fn account(&self) -> EvmAddress {
        EvmAddress::new(self.signer.address().0.0)
    }

    async fn sign_call(&self, request: &SignCall<'_>) -> Result<UncheckedSignature, SignerError> {
        self.sign_digest(*request.sighash().as_bytes()).await
    }
}

impl<S: alloy::signers::Signer> fmt::Debug for AlloySigner<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "AlloySigner({})", self.signer.address())
    }
}
