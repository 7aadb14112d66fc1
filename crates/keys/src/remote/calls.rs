//! What a signing service is asked, and asked again.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use countersign_http_client::transport::{Answer, Body, Repeat, Request, Transport};
use countersign_units::UnixMillis;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::error::excerpt;
use super::wire::{KeyName, Scheme, SignRequest, Signed, VERSION};
use super::{RemoteError, file};
use crate::source::Brief;
use crate::{Curve, KeyRef, PublicKey};

/// How long it is waited for before it is asked again, where that can do no harm.
const WAITS: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(400)];

/// A service, and how long it may take for one answer.
#[derive(Clone, Debug)]
pub(super) struct Calls {
    /// The source's name.
    pub(super) name: Arc<str>,
    pub(super) transport: Transport,
    pub(super) deadline: Duration,
}

impl Calls {
    /// Has a key sign, and reads the signature. Nothing of it is verified here.
    pub(super) async fn sign(
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

    /// Asks for the public half of a key.
    pub(super) async fn find(&self, id: &str, curve: Curve) -> Result<PublicKey, RemoteError> {
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
        let named = Some(&found).filter(|found| found.id == id);
        named.and_then(|found| public_key(found, curve)).ok_or_else(|| RemoteError::Answer {
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
