//! What a service answers where its own source does not sign.

use std::time::Duration;

use async_trait::async_trait;

use super::made;
use super::tampered::{asked, by_certificate, honest};
use crate::source::{Brief, EcdsaSignature, Message, Prehash, SchnorrTweak, Source};
use crate::{Curve, KeyRef, KeySource, Keyring, PublicKey, SourceError, SourceKind};

/// A keyring whose source does not sign.
async fn unable(error: SourceError) -> Keyring {
    let config = made::config("memory");
    Keyring::new(&config, [KeySource::new(Unable(error))]).await.unwrap()
}

/// Has the keys of the service, and signs with none of them.
#[derive(Debug)]
struct Unable(SourceError);

#[async_trait]
impl Source for Unable {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Memory
    }

    fn deadline(&self) -> Option<Duration> {
        None
    }

    async fn public_key(&self, id: &str, _: Curve) -> Result<PublicKey, SourceError> {
        Ok(*made::vault().await.named(id).unwrap().public_key())
    }

    async fn sign_ecdsa(
        &self,
        _: &KeyRef,
        _: Prehash<'_>,
        _: &Brief,
    ) -> Result<EcdsaSignature, SourceError> {
        Err(self.0.clone())
    }

    async fn sign_schnorr(
        &self,
        _: &KeyRef,
        _: SchnorrTweak,
        _: Prehash<'_>,
        _: &Brief,
    ) -> Result<[u8; 64], SourceError> {
        Err(self.0.clone())
    }

    async fn sign_ed25519(
        &self,
        _: &KeyRef,
        _: Message<'_>,
        _: &Brief,
    ) -> Result<[u8; 64], SourceError> {
        Err(self.0.clone())
    }
}

#[tokio::test]
async fn a_source_that_declines_for_good_is_not_asked_again() {
    let (source_name, reason) = ("memory".to_owned(), "no".to_owned());
    let (lacks, key) = ("BIP-340".to_owned(), "evm".to_owned());
    for (error, status, code) in [
        (
            SourceError::Declined { source_name: source_name.clone(), reason: reason.clone() },
            403,
            "declined",
        ),
        (SourceError::Unsupported { source_name: source_name.clone(), lacks }, 403, "declined"),
        (SourceError::NoKey { source_name: source_name.clone(), key }, 403, "declined"),
        (SourceError::Locked { source_name: source_name.clone() }, 503, "unavailable"),
        (
            SourceError::Throttled { source_name: source_name.clone(), reason: reason.clone() },
            429,
            "busy",
        ),
        (SourceError::Unavailable { source_name, reason }, 503, "unavailable"),
    ] {
        let keyring = unable(error).await;
        let service = by_certificate(keyring.clone());
        let asked = asked(&service, &honest(&keyring, code)).await;
        assert_eq!(asked, (status, code.to_owned()));
    }
}
