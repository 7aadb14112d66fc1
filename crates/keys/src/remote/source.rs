use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use countersign_http_client::ConfigError;
use countersign_http_client::transport::{BaseUrl, Limits, Transport};

use super::calls::Calls;
use super::wire::Scheme;
use super::{RemoteAccess, RemoteError, file};
use crate::source::{Brief, EcdsaSignature, Message, Prehash, SchnorrTweak, Source};
use crate::{Curve, KeyEvidence, KeyRef, KeySource, PublicKey, SourceError, SourceKind, foreign};

/// The longest answer that is read: a signature takes less.
const LONGEST: usize = 16 << 10;

/// A signing service of the custodian's own.
///
/// Cloning it is cheap; clones share their connections.
#[derive(Clone)]
pub struct RemoteSource {
    calls: Calls,
}

impl RemoteSource {
    /// Sets up a service at a base URL, which may take so long to sign.
    ///
    /// # Errors
    ///
    /// Returns a [`ConfigError`] if there is no TLS to be had, or none where a certificate is shown.
    pub fn new(
        name: impl Into<Arc<str>>,
        base: BaseUrl,
        access: RemoteAccess,
        deadline: Duration,
    ) -> Result<Self, ConfigError> {
        let (auth, tls) = access.for_service(&base)?;
        let limits = Limits {
            connect: deadline,
            attempt: deadline,
            total: deadline,
            max_body: LONGEST,
            retries: 0,
            ..Limits::default()
        };
        let transport = Transport::with_tls(base, auth, limits, &tls)?;
        Ok(Self { calls: Calls { name: name.into(), transport, deadline } })
    }

    /// Makes a source of keys of it, for a keyring.
    pub fn into_source(self) -> KeySource {
        KeySource::new(self)
    }

    fn told(&self, error: RemoteError) -> SourceError {
        error.told_by(&self.calls.name, self.calls.deadline)
    }

    fn other_signature(&self, key: &KeyRef) -> SourceError {
        let found = format!("one that is not by {}", key.public_key());
        self.told(RemoteError::Answer { expected: "a signature by the key", found })
    }
}

#[async_trait]
impl Source for RemoteSource {
    fn name(&self) -> &str {
        &self.calls.name
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Remote
    }

    fn deadline(&self) -> Option<Duration> {
        Some(self.calls.deadline)
    }

    async fn public_key(&self, id: &str, curve: Curve) -> Result<PublicKey, SourceError> {
        self.calls.find(id, curve).await.map_err(|error| self.told(error))
    }

    fn brief(&self, evidence: &KeyEvidence<'_>) -> Result<Brief, SourceError> {
        file::write(evidence).map(Brief::new).map_err(|error| self.told(error))
    }

    async fn sign_ecdsa(
        &self,
        key: &KeyRef,
        digest: Prehash<'_>,
        brief: &Brief,
    ) -> Result<EcdsaSignature, SourceError> {
        foreign::require_single(key, &self.calls.name)?;
        let PublicKey::Secp256k1(public) = key.public_key() else {
            return Err(self.other_signature(key));
        };
        let signed = self.calls.sign(key, Scheme::Ecdsa, digest.as_bytes(), brief).await;
        let compact = signed.map_err(|error| self.told(error))?;
        let signature = foreign::ecdsa(&compact, digest.as_bytes(), public);
        signature.ok_or_else(|| self.other_signature(key))
    }

    async fn sign_schnorr(
        &self,
        key: &KeyRef,
        tweak: SchnorrTweak,
        digest: Prehash<'_>,
        brief: &Brief,
    ) -> Result<[u8; 64], SourceError> {
        foreign::require_single(key, &self.calls.name)?;
        let PublicKey::Secp256k1(public) = key.public_key() else {
            return Err(self.other_signature(key));
        };
        let scheme = match tweak {
            SchnorrTweak::None => Scheme::Bip340,
            SchnorrTweak::Bip86 => Scheme::Bip340Bip86,
        };
        let signed = self.calls.sign(key, scheme, digest.as_bytes(), brief).await;
        let signature = signed.map_err(|error| self.told(error))?;
        let signature = foreign::schnorr(&signature, digest.as_bytes(), public, tweak);
        signature.ok_or_else(|| self.other_signature(key))
    }

    async fn sign_ed25519(
        &self,
        key: &KeyRef,
        message: Message<'_>,
        brief: &Brief,
    ) -> Result<[u8; 64], SourceError> {
        foreign::require_single(key, &self.calls.name)?;
        let PublicKey::Ed25519(public) = key.public_key() else {
            return Err(self.other_signature(key));
        };
        let signed = self.calls.sign(key, Scheme::Ed25519, message.as_bytes(), brief).await;
        let signature = signed.map_err(|error| self.told(error))?;
        let signature = foreign::ed25519(&signature, message.as_bytes(), public);
        signature.ok_or_else(|| self.other_signature(key))
    }
}

impl fmt::Debug for RemoteSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RemoteSource")
            .field("name", &self.calls.name)
            .field("transport", &self.calls.transport)
            .finish_non_exhaustive()
    }
}
