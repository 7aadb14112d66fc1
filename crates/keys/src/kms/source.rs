use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use alloy_signer_aws::AwsSigner;
use async_trait::async_trait;
use aws_sdk_kms::Client;
use aws_sdk_kms::config::{Builder, Credentials};
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{MessageType, SigningAlgorithmSpec};
use countersign_evm::AlloySigner;
use tokio::time::timeout;

use super::{KmsError, KmsSettings, answer};
use crate::source::{Brief, EcdsaSignature, Message, Prehash, SchnorrTweak, Source};
use crate::{Curve, KeyRef, KeySource, PublicKey, SourceError, SourceKind, foreign};

/// What BIP-340 takes, and KMS has not.
const SCHNORR: &str = "Schnorr signatures by BIP-340, made by the tweaked key of a taproot output";
/// The longest message that KMS takes.
const LONGEST: usize = 4096;

/// A KMS, and the keys in it.
///
/// Cloning it is cheap; clones share their connections.
#[derive(Clone)]
pub struct KmsSource {
    name: Arc<str>,
    client: Client,
    deadline: Duration,
    attempts: u32,
}

impl KmsSource {
    /// Sets up a KMS with the credentials that AWS's own rules find: in the environment, a profile, a
    /// web identity, the container or the instance.
    ///
    /// # Errors
    ///
    /// Returns [`KmsError::Endpoint`] for one that could see or change what is sent.
    pub async fn connect(
        name: impl Into<Arc<str>>,
        settings: &KmsSettings,
    ) -> Result<Self, KmsError> {
        let defaults = aws_config::defaults(aws_config::BehaviorVersion::v2026_01_12());
        let defaults = defaults.region(aws_config::Region::new(settings.region.clone()));
        let found = timeout(settings.deadline, defaults.load()).await;
        let found = found.map_err(|_| KmsError::Deadline(settings.deadline))?;
        Self::build(name.into(), settings, Builder::from(&found))
    }

    /// Sets up a KMS with these credentials alone. Nothing else is asked for any.
    ///
    /// # Errors
    ///
    /// Returns [`KmsError::Endpoint`] for one that could see or change what is sent.
    pub fn with_credentials(
        name: impl Into<Arc<str>>,
        settings: &KmsSettings,
        credentials: Credentials,
    ) -> Result<Self, KmsError> {
        let builder = Builder::new().credentials_provider(credentials);
        Self::build(name.into(), settings, builder)
    }

    pub(super) fn build(
        name: Arc<str>,
        settings: &KmsSettings,
        builder: Builder,
    ) -> Result<Self, KmsError> {
        let KmsSettings { deadline, attempts, .. } = *settings;
        let client = Client::from_conf(settings.apply(builder)?.build());
        Ok(Self { name, client, deadline, attempts })
    }

    /// Finds a key by its id, ARN or alias, and returns its public half.
    ///
    /// # Errors
    ///
    /// Returns a [`KmsError`] if there is none, it can't sign on the curve, or KMS does not answer.
    pub async fn find(&self, key: &str, curve: Curve) -> Result<PublicKey, KmsError> {
        let asked = self.client.get_public_key().key_id(key).send();
        let answered = self.in_time(asked).await?;
        let answered = answered.map_err(|error| KmsError::of_call(&error, key, self.attempts))?;
        answer::public_key(&answered, key, curve)
    }

    /// Makes a signer for one account on EVM chains of a key, by alloy's own signer over KMS.
    ///
    /// It signs all evidence of its account, of any chain and any environment: what a key may sign for
    /// is a keyring's to say, which this signer is not in.
    ///
    /// # Errors
    ///
    /// Returns a [`KmsError`] if there is no such key, or KMS does not answer.
    pub async fn evm_signer(&self, key: &str) -> Result<AlloySigner<AwsSigner>, KmsError> {
        self.find(key, Curve::Secp256k1).await?;
        let made = AwsSigner::new(self.client.clone(), key.to_owned(), None);
        let signer = self.in_time(made).await?;
        Ok(AlloySigner::new(signer.map_err(|error| KmsError::unavailable(&error))?))
    }

    /// Makes a source of keys of it, for a keyring.
    pub fn into_source(self) -> KeySource {
        KeySource::new(self)
    }

    async fn sign(
        &self,
        key: &KeyRef,
        kind: MessageType,
        message: &[u8],
    ) -> Result<Vec<u8>, KmsError> {
        let algorithm = match key.public_key().curve() {
            Curve::Secp256k1 => SigningAlgorithmSpec::EcdsaSha256,
            Curve::Ed25519 => SigningAlgorithmSpec::Ed25519Sha512,
        };
        let asked = self.client.sign().key_id(key.id()).message(Blob::new(message));
        let asked = asked.message_type(kind).signing_algorithm(algorithm).send();
        let answered = self.in_time(asked).await?;
        let answered =
            answered.map_err(|error| KmsError::of_call(&error, key.id(), self.attempts))?;
        Ok(answered.signature.map(Blob::into_inner).unwrap_or_default())
    }

    async fn in_time<T>(&self, call: impl Future<Output = T>) -> Result<T, KmsError> {
        timeout(self.deadline, call).await.map_err(|_| KmsError::Deadline(self.deadline))
    }

    async fn ecdsa(&self, key: &KeyRef, digest: &[u8; 32]) -> Result<EcdsaSignature, KmsError> {
        let PublicKey::Secp256k1(public) = key.public_key() else {
            return Err(other_curve(key, "a key of secp256k1"));
        };
        let der = self.sign(key, MessageType::Digest, digest).await?;
        let compact = foreign::compact_of_der(&der).ok_or_else(|| KmsError::Answer {
            expected: "an ECDSA signature in DER",
            found: format!("{} other bytes", der.len()),
        })?;
        foreign::ecdsa(&compact, digest, public).ok_or_else(|| other_signature(key))
    }

    async fn ed25519(&self, key: &KeyRef, message: &[u8]) -> Result<[u8; 64], KmsError> {
        let PublicKey::Ed25519(public) = key.public_key() else {
            return Err(other_curve(key, "a key of Ed25519"));
        };
        if message.len() > LONGEST {
            return Err(KmsError::Lacks { lacks: "signatures over more than 4096 bytes" });
        }
        let bytes = self.sign(key, MessageType::Raw, message).await?;
        let signature: [u8; 64] = bytes.try_into().map_err(|bytes: Vec<u8>| KmsError::Answer {
            expected: "an Ed25519 signature of 64 bytes",
            found: format!("{} bytes", bytes.len()),
        })?;
        foreign::ed25519(&signature, message, public).ok_or_else(|| other_signature(key))
    }
}

#[async_trait]
impl Source for KmsSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Kms
    }

    fn deadline(&self) -> Option<Duration> {
        Some(self.deadline)
    }

    async fn public_key(&self, id: &str, curve: Curve) -> Result<PublicKey, SourceError> {
        self.find(id, curve).await.map_err(|error| error.told_by(&self.name))
    }

    async fn sign_ecdsa(
        &self,
        key: &KeyRef,
        digest: Prehash<'_>,
        _brief: &Brief,
    ) -> Result<EcdsaSignature, SourceError> {
        foreign::require_single(key, &self.name)?;
        let signed = self.ecdsa(key, digest.as_bytes()).await;
        signed.map_err(|error| error.told_by(&self.name))
    }

    async fn sign_schnorr(
        &self,
        _key: &KeyRef,
        _tweak: SchnorrTweak,
        _digest: Prehash<'_>,
        _brief: &Brief,
    ) -> Result<[u8; 64], SourceError> {
        Err(KmsError::Lacks { lacks: SCHNORR }.told_by(&self.name))
    }

    async fn sign_ed25519(
        &self,
        key: &KeyRef,
        message: Message<'_>,
        _brief: &Brief,
    ) -> Result<[u8; 64], SourceError> {
        foreign::require_single(key, &self.name)?;
        let signed = self.ed25519(key, message.as_bytes()).await;
        signed.map_err(|error| error.told_by(&self.name))
    }
}

impl fmt::Debug for KmsSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The client's own form shows how it is configured, down to its layers.
        formatter
            .debug_struct("KmsSource")
            .field("name", &self.name)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

fn other_curve(key: &KeyRef, expected: &'static str) -> KmsError {
    let found = key.public_key().curve().to_string();
    KmsError::OtherKey { key: key.id().to_owned(), expected, found }
}

fn other_signature(key: &KeyRef) -> KmsError {
    let found = format!("one that is not by {}", key.public_key());
    KmsError::Answer { expected: "a signature by the key", found }
}

#[cfg(test)]
impl KmsSource {
    /// Returns the client, to have keys made.
    pub(super) const fn client(&self) -> &Client {
        &self.client
    }
}
