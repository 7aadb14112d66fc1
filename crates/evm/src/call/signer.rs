use async_trait::async_trait;
use countersign_units::EvmAddress;

use super::{CallSighash, VerifiedCall};
use crate::{SignerError, UncheckedSignature};

/// Signs transactions of our own that verification accepted: a key, wherever it is kept.
///
/// An implementation signs the hash as it is, or declines. What it returns is recovered and
/// compared before it is let out, so a backend that signs something else achieves nothing.
#[async_trait]
pub trait CallSigner: Send + Sync {
    /// Returns the account that the key controls.
    fn account(&self) -> EvmAddress;

    /// Signs the request's hash with secp256k1, without hashing or prefixing it.
    ///
    /// # Errors
    ///
    /// Returns a [`SignerError`] if the backend declines or can't be reached.
    async fn sign_call(&self, request: &SignCall<'_>) -> Result<UncheckedSignature, SignerError>;
}

/// A request to sign one verified and reserved transaction. Only [`sign_call`](crate::sign_call)
/// makes one.
#[derive(Clone, Copy, Debug)]
pub struct SignCall<'a> {
    call: &'a VerifiedCall,
}

impl<'a> SignCall<'a> {
    pub(super) const fn new(call: &'a VerifiedCall) -> Self {
        Self { call }
    }

    /// Returns what is to be signed.
    pub const fn sighash(&self) -> &'a CallSighash {
        self.call.sighash()
    }

    /// Returns the evidence, for a backend that verifies by itself or shows a person what it signs.
    pub const fn call(&self) -> &'a VerifiedCall {
        self.call
    }
}

#[cfg(test)]
struct _DynCompatible(Box<dyn CallSigner>);
