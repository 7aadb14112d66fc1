use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use countersign_http_client::ConfigError;
use countersign_http_client::transport::{
    Answer, Auth, BaseUrl, Body, ClientIdentity, HmacKey, Limits, Repeat, Request, TlsSettings,
    Transport,
};
use countersign_units::UnixMillis;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::error::excerpt;
use super::wire::{KeyName, Scheme, SignRequest, Signed, VERSION};
use super::{RemoteError, file};
use crate::source::{Brief, EcdsaSignature, Message, Prehash, SchnorrTweak, Source};
use crate::{Curve, KeyEvidence, KeyRef, KeySource, PublicKey, SourceError, SourceKind, foreign};

/// The longest answer that is read: a signature takes less.
const LONGEST: usize = 16 << 10;
/// How long it is waited for before it is asked again, where that can do no harm.
const WAITS: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(400)];

/// How a signing service knows us, and we it.
#[derive(Clone, Debug)]
pub struct RemoteAccess {
    hmac: Option<HmacKey>,
    tls: TlsSettings,
    needs_tls: bool,
}

impl RemoteAccess {
    /// Signs each request by a secret that the service has too.
    pub fn hmac(key: HmacKey) -> Self {
        Self { hmac: Some(key), tls: TlsSettings::default(), needs_tls: false }
    }

    /// Shows a certificate of ours to the service.
    pub fn mutual_tls(identity: ClientIdentity) -> Self {
        Self { hmac: None, tls: TlsSettings::default().identity(identity), needs_tls: true }
    }

    /// Believes the services that these certificates vouch for, and no others.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError::Certificate`] if there is no certificate in the text.
    pub fn trust_only(mut self, pem: &str) -> Result<Self, ConfigError> {
        self.tls = self.tls.trust_only(pem)?;
        Ok(self)
    }
}

/// A signing service of the custodian's own.
///
/// Cloning it is cheap; clones share their connections.
#[derive(Clone)]
pub struct RemoteSource {
    name: Arc<str>,
    transport: Transport,
    deadline: Duration,
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
        if access.needs_tls && !base.to_string().starts_with("https:") {
            return Err(ConfigError::NotHttps);
        }
        let limits = Limits {
            connect: deadline,
            attempt: deadline,
            total: deadline,
            max_body: LONGEST,
            retries: 0,
            ..Limits::default()
        };
        let auth = access.hmac.map_or(Auth::None, Auth::Hmac);
        let transport = Transport::with_tls(base, auth, limits, &access.tls)?;
        Ok(Self { name: name.into(), transport, deadline })
    }

    /// Makes a source of keys of it, for a keyring.
    pub fn into_source(self) -> KeySource {
        KeySource::new(self)
    }

    async fn sign(
        &self,
        key: &KeyRef,
        scheme: Scheme,
        message: &[u8],
        brief: &Brief,
    ) -> Result<[u8; 64], RemoteError> {
        let call = async {
            for wait in WAITS {
                match self.try_sign(key, scheme, message, brief).await {
                    Err(error) if error.may_pass() => self.pause(&error, wait).await,
                    outcome => return outcome,
                }
            }
            self.try_sign(key, scheme, message, brief).await
        };
        self.in_time(call).await
    }

    async fn try_sign(
        &self,
        key: &KeyRef,
        scheme: Scheme,
        message: &[u8],
        brief: &Brief,
    ) -> Result<[u8; 64], RemoteError> {
        let evidence = brief.document().unwrap_or("null").to_owned();
        let request = SignRequest {
            version: VERSION,
            time: now(),
            nonce: Uuid::new_v4().to_string(),
            key: KeyName {
                id: key.id().to_owned(),
                curve: key.public_key().curve(),
                public_key: key.public_key().to_string(),
            },
            scheme,
            message: hex::encode(message),
            evidence: RawValue::from_string(evidence).map_err(|_| RemoteError::Unwritable)?,
        };
        let body = file::json(&request)?;
        let answer = self.ask(&["v1", "sign"], Some(&body)).await?;
        let Signed { nonce, signature } = read(&answer, key.id(), "a nonce and a signature")?;
        if nonce != request.nonce {
            let (expected, found) = ("the nonce of the request", excerpt(&nonce));
            return Err(RemoteError::Answer { expected, found });
        }
        let mut bytes = [0; 64];
        hex::decode_to_slice(&signature, &mut bytes).map_err(|_| RemoteError::Answer {
            expected: "a signature of 128 hex digits",
            found: excerpt(&signature),
        })?;
        Ok(bytes)
    }

    async fn find(&self, id: &str, curve: Curve) -> Result<PublicKey, RemoteError> {
        let call = async {
            for wait in WAITS {
                match self.try_find(id).await {
                    Err(error) if error.may_pass() => self.pause(&error, wait).await,
                    outcome => return outcome,
                }
            }
            self.try_find(id).await
        };
        let found = self.in_time(call).await?;
        public_key(&found, curve).ok_or_else(|| RemoteError::Answer {
            expected: "the public half of the key that was asked for",
            found: excerpt(&format!("{} of {} for {}", found.public_key, found.curve, found.id)),
        })
    }

    async fn try_find(&self, id: &str) -> Result<KeyName, RemoteError> {
        let answer = self.ask(&["v1", "keys", id], None).await?;
        read(&answer, id, "a key")
    }

    async fn ask(&self, path: &[&str], body: Option<&str>) -> Result<Answer, RemoteError> {
        let body = body.map(Body::Json);
        let repeat = Repeat::Never;
        let request = Request { path, trailing_slash: false, query: "", body, repeat };
        Ok(self.transport.send(&request).await?)
    }

    /// Waits before it is asked again: that may help, and can do no harm, as each request is one of
    /// its own.
    async fn pause(&self, error: &RemoteError, wait: Duration) {
        tracing::debug!(source = %self.name, %error, "asking again");
        sleep(wait).await;
    }

    async fn in_time<T>(
        &self,
        call: impl Future<Output = Result<T, RemoteError>>,
    ) -> Result<T, RemoteError> {
        use countersign_http_client::transport::{TransportError, Waiting};

        let (waiting, limit) = (Waiting::Request, self.deadline);
        let late = Err(RemoteError::Transport(TransportError::Timeout { waiting, limit }));
        timeout(self.deadline, call).await.unwrap_or(late)
    }

    fn told(&self, error: RemoteError) -> SourceError {
        error.told_by(&self.name, self.deadline)
    }

    fn other_signature(&self, key: &KeyRef) -> SourceError {
        let found = format!("one that is not by {}", key.public_key());
        self.told(RemoteError::Answer { expected: "a signature by the key", found })
    }
}

#[async_trait]
impl Source for RemoteSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Remote
    }

    fn deadline(&self) -> Option<Duration> {
        Some(self.deadline)
    }

    async fn public_key(&self, id: &str, curve: Curve) -> Result<PublicKey, SourceError> {
        self.find(id, curve).await.map_err(|error| self.told(error))
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
        foreign::require_single(key, &self.name)?;
        let PublicKey::Secp256k1(public) = key.public_key() else {
            return Err(self.other_signature(key));
        };
        let signed = self.sign(key, Scheme::Ecdsa, digest.as_bytes(), brief).await;
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
        foreign::require_single(key, &self.name)?;
        let PublicKey::Secp256k1(public) = key.public_key() else {
            return Err(self.other_signature(key));
        };
        let scheme = match tweak {
            SchnorrTweak::None => Scheme::Bip340,
            SchnorrTweak::Bip86 => Scheme::Bip340Bip86,
        };
        let signed = self.sign(key, scheme, digest.as_bytes(), brief).await;
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
        foreign::require_single(key, &self.name)?;
        let PublicKey::Ed25519(public) = key.public_key() else {
            return Err(self.other_signature(key));
        };
        let signed = self.sign(key, Scheme::Ed25519, message.as_bytes(), brief).await;
        let signature = signed.map_err(|error| self.told(error))?;
        let signature = foreign::ed25519(&signature, message.as_bytes(), public);
        signature.ok_or_else(|| self.other_signature(key))
    }
}

impl fmt::Debug for RemoteSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RemoteSource")
            .field("name", &self.name)
            .field("transport", &self.transport)
            .finish_non_exhaustive()
    }
}

/// Reads an answer that says what was asked for.
fn read<T: DeserializeOwned>(
    answer: &Answer,
    key: &str,
    expected: &'static str,
) -> Result<T, RemoteError> {
    if answer.status != 200 {
        return Err(RemoteError::of_answer(answer, key));
    }
    let found = || excerpt(&answer.body);
    serde_json::from_str(&answer.body).map_err(|_| RemoteError::Answer { expected, found: found() })
}

fn public_key(found: &KeyName, curve: Curve) -> Option<PublicKey> {
    if found.curve != curve {
        return None;
    }
    let bytes = hex::decode(&found.public_key).ok()?;
    Some(match curve {
        Curve::Secp256k1 => {
            let point = bitcoin::secp256k1::PublicKey::from_slice(&bytes).ok()?;
            PublicKey::Secp256k1(point.serialize())
        }
        Curve::Ed25519 => {
            let key = bytes.try_into().ok()?;
            ed25519_dalek::VerifyingKey::from_bytes(&key).ok()?;
            PublicKey::Ed25519(key)
        }
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "the service wants to know when it was asked; no judgement depends on it here"
)]
fn now() -> UnixMillis {
    let passed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis::new(u64::try_from(passed.as_millis()).unwrap_or(u64::MAX))
}
