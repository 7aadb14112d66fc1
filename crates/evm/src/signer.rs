use async_trait::async_trait;
use countersign_units::EvmAddress;

use crate::{PermitDigest, UncheckedSignature, VerifiedPermit};

/// Signs permits that verification accepted: a key, wherever it is kept.
///
/// An implementation signs the digest as it is, or declines. What it returns is recovered and
/// compared before it is let out, so a backend that signs something else achieves nothing.
#[async_trait]
pub trait PermitSigner: Send + Sync {
    /// Returns the account that the key controls.
    fn address(&self) -> EvmAddress;

    /// Signs the request's digest with secp256k1, without hashing or prefixing it.
    ///
    /// # Errors
    ///
    /// Returns a [`SignerError`] if the backend declines or can't be reached.
    async fn sign_permit(
        &self,
        request: &SignPermit<'_>,
    ) -> Result<UncheckedSignature, SignerError>;
}

/// A request to sign one verified and reserved permit. Only [`sign`](crate::sign) makes one.
#[derive(Clone, Copy, Debug)]
pub struct SignPermit<'a> {
    permit: &'a VerifiedPermit,
}

impl<'a> SignPermit<'a> {
    pub(crate) const fn new(permit: &'a VerifiedPermit) -> Self {
        Self { permit }
    }

    /// Returns what is to be signed.
    pub const fn digest(&self) -> &'a PermitDigest {
        self.permit.digest()
    }

    /// Returns the evidence, for a backend that verifies by itself or shows a person what it signs.
    pub const fn permit(&self) -> &'a VerifiedPermit {
        self.permit
    }
}

/// Why a key backend did not sign. Its texts must hold no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignerError {
    /// The backend decided not to sign.
    #[error("the key backend declined: {0}")]
    Declined(String),
    /// The backend can't be reached, or did not answer in time.
    #[error("the key backend is not available: {0}")]
    Unavailable(String),
}

#[cfg(test)]
struct _DynCompatible(Box<dyn PermitSigner>);
