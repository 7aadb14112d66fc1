use async_trait::async_trait;
use countersign_units::EvmAddress;

use super::{CallSighash, VerifiedCall};
use crate::{SignerError, UncheckedSignature, VerifiedTronCall};

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

/// A request to sign one verified and reserved transaction. Only [`sign_call`](crate::sign_call) and
/// [`sign_tron_call`](crate::sign_tron_call) make one.
#[derive(Clone, Copy, Debug)]
pub struct SignCall<'a> {
    evidence: CallEvidence<'a>,
}

/// A transaction of our own that was verified, on either kind of chain.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "keys of secp256k1 send on these two")]
pub enum CallEvidence<'a> {
    /// On an EVM chain.
    Evm(&'a VerifiedCall),
    /// On Tron.
    Tron(&'a VerifiedTronCall),
}

impl<'a> SignCall<'a> {
    pub(crate) const fn new(evidence: CallEvidence<'a>) -> Self {
        Self { evidence }
    }

    /// Returns what is to be signed.
    pub const fn sighash(&self) -> &'a CallSighash {
        match self.evidence {
            CallEvidence::Evm(call) => call.sighash(),
            CallEvidence::Tron(call) => call.sighash(),
        }
    }

    /// Returns the evidence, for a backend that verifies by itself or shows a person what it signs.
    pub const fn evidence(&self) -> CallEvidence<'a> {
        self.evidence
    }
}

#[cfg(test)]
struct _DynCompatible(Box<dyn CallSigner>);
