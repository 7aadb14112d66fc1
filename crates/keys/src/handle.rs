//! Handles: what a keyring gives for an address, and what the chain crates sign with.

mod bitcoin;
mod evm;
mod near;
mod solana;
mod test;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use countersign_evm::UncheckedSignature;

use crate::address::CoinForm;
use crate::error::Failure;
use crate::source::{Brief, EcdsaSignature, Message, Prehash, SchnorrTweak, Source};
use crate::{
    Curve, KeyEvidence, KeyRef, KeySource, PublicKey, Scope, ScopeError, SourceError, SourceKind,
};

pub use bitcoin::BitcoinKey;
pub use evm::EvmKey;
pub use near::NearKey;
pub use solana::SolanaKey;
pub use test::{KeyTest, TestError, TestedScheme};

/// A key of a keyring. It signs nothing by itself; its handles for the chains do.
///
/// It holds no secret. Cloning it is cheap.
#[derive(Clone)]
pub struct Key {
    pub(crate) entry: Arc<Entry>,
    pub(crate) key: KeyRef,
}

/// What keys of one name have in common: the one key, or all addresses of an account.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: Arc<str>,
    pub(crate) scope: Scope,
    pub(crate) source: KeySource,
    /// How its coins are locked, where that is known.
    pub(crate) form: Option<CoinForm>,
}

/// Why a key did not sign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// It may not sign for this.
    #[error(transparent)]
    Scope(#[from] ScopeError),
    /// Its source did not sign.
    #[error(transparent)]
    Source(#[from] SourceError),
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Scope(error) => Self::Declined(error.to_string()),
            KeyError::Source(error) => error.into(),
        }
    }
}

impl Key {
    /// Returns the name of the key or of its account in the keyring.
    pub fn name(&self) -> &str {
        &self.entry.name
    }

    /// Returns what it may sign for.
    pub fn scope(&self) -> &Scope {
        &self.entry.scope
    }

    /// Returns which key of its source it is.
    pub const fn key_ref(&self) -> &KeyRef {
        &self.key
    }

    /// Returns the public half.
    pub const fn public_key(&self) -> &PublicKey {
        self.key.public_key()
    }

    /// Returns the curve.
    pub const fn curve(&self) -> Curve {
        self.key.public_key().curve()
    }

    /// Returns the name of its source.
    pub fn source_name(&self) -> &str {
        self.entry.source.name()
    }

    /// Says what kind of source it has.
    pub fn source_kind(&self) -> SourceKind {
        self.entry.source.kind()
    }

    fn source(&self) -> &dyn Source {
        self.entry.source.source().as_ref()
    }

    /// Requires that the key may sign for this.
    pub(crate) fn require_scope(&self, evidence: &KeyEvidence<'_>) -> Result<(), KeyError> {
        Ok(self.entry.scope.check(&self.entry.name, evidence)?)
    }

    /// Requires that the key may sign for this, and tells its source what it is.
    pub(crate) fn brief(&self, evidence: &KeyEvidence<'_>) -> Result<Brief, KeyError> {
        self.require_scope(evidence)?;
        Ok(self.source().brief(evidence)?)
    }

    pub(crate) async fn ecdsa(
        &self,
        evidence: KeyEvidence<'_>,
        digest: Prehash<'_>,
    ) -> Result<EcdsaSignature, KeyError> {
        let brief = self.brief(&evidence)?;
        self.ecdsa_for(&brief, digest).await
    }

    pub(crate) async fn ecdsa_for(
        &self,
        brief: &Brief,
        digest: Prehash<'_>,
    ) -> Result<EcdsaSignature, KeyError> {
        let source = self.source();
        in_time(source, source.sign_ecdsa(&self.key, digest, brief)).await
    }

    pub(crate) async fn schnorr_for(
        &self,
        brief: &Brief,
        tweak: SchnorrTweak,
        digest: Prehash<'_>,
    ) -> Result<[u8; 64], KeyError> {
        let source = self.source();
        in_time(source, source.sign_schnorr(&self.key, tweak, digest, brief)).await
    }

    pub(crate) async fn ed25519(
        &self,
        evidence: KeyEvidence<'_>,
        message: Message<'_>,
    ) -> Result<[u8; 64], KeyError> {
        let brief = self.brief(&evidence)?;
        let source = self.source();
        in_time(source, source.sign_ed25519(&self.key, message, &brief)).await
    }
}

/// Waits for a source no longer than it may take.
async fn in_time<T>(
    source: &dyn Source,
    call: impl Future<Output = Result<T, SourceError>>,
) -> Result<T, KeyError> {
    let Some(deadline) = source.deadline() else { return Ok(call.await?) };
    let late = |_| SourceError::TimedOut { source_name: source.name().to_owned(), deadline };
    Ok(tokio::time::timeout(deadline, call).await.map_err(late)??)
}

/// Writes a signature as the crates of EVM chains take one.
fn unchecked(signature: EcdsaSignature) -> UncheckedSignature {
    UncheckedSignature::from_compact(&signature.compact, signature.y_parity)
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, source) = (&self.entry.name, self.source_name());
        write!(formatter, "Key({name}, {:?}, in {source})", self.public_key())
    }
}
