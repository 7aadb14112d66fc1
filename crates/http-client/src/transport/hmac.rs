use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign, verify};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use super::authentication::Outgoing;
use super::{ConfigError, SigningError};

/// The first line of what is signed: it stands for nothing else.
const PURPOSE: &str = "countersign-hmac-v1";
/// A shorter secret could be found by trying.
const LEAST: usize = 32;

/// Signs each request with a secret that the server has too (HMAC-SHA256).
///
/// What is signed is the text of an [`HmacRequest`]. Each attempt has a time and a nonce of its own,
/// so that a server can refuse what it has seen.
///
/// Its `Debug` form shows the name of the key alone.
#[derive(Clone)]
pub struct HmacKey {
    name: Arc<str>,
    key: Arc<Key>,
}

/// A request as it is signed: line by line, each ended by a line feed, the last one too.
///
/// The lines are `countersign-hmac-v1`, the method, the path with its query, the name of the key, the
/// time, the nonce, and SHA-256 of the body in hex.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "nothing else of a request is signed")]
pub struct HmacRequest<'r> {
    /// `GET` or `POST`.
    pub method: &'r str,
    /// The path, with the query if there is one.
    pub path: &'r str,
    /// The moment, in Unix milliseconds.
    pub time: &'r str,
    /// What no other request has.
    pub nonce: &'r str,
    /// The body; empty if there is none.
    pub body: &'r [u8],
}

impl HmacKey {
    /// The header that names the key.
    pub const KEY: HeaderName = HeaderName::from_static("countersign-key");
    /// The header of the moment, in Unix milliseconds.
    pub const TIME: HeaderName = HeaderName::from_static("countersign-time");
    /// The header of the nonce.
    pub const NONCE: HeaderName = HeaderName::from_static("countersign-nonce");
    /// The header of the signature, in hex.
    pub const SIGNATURE: HeaderName = HeaderName::from_static("countersign-signature");

    /// Takes the name of the key, as the server knows it, and the secret.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError::UnsendableKey`] for a name that no header can hold, and
    /// [`ConfigError::WeakSecret`] for a secret of less than 32 bytes.
    pub fn new(name: impl Into<Arc<str>>, secret: &SecretString) -> Result<Self, ConfigError> {
        let (name, secret) = (name.into(), secret.expose_secret().as_bytes());
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ConfigError::UnsendableKey);
        }
        if secret.len() < LEAST {
            return Err(ConfigError::WeakSecret);
        }
        Ok(Self { name, key: Arc::new(Key::new(HMAC_SHA256, secret)) })
    }

    /// Returns the name of the key.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Says whether a request was signed with this key. How long that takes tells nothing.
    pub fn verifies(&self, request: &HmacRequest<'_>, signature: &str) -> bool {
        let Ok(tag) = hex::decode(signature) else { return false };
        verify(&self.key, self.text(request).as_bytes(), &tag).is_ok()
    }

    /// Signs one attempt, at this moment and with a new nonce.
    pub(super) fn headers(&self, outgoing: &Outgoing) -> Result<HeaderMap, SigningError> {
        let (time, nonce) = (now(), Uuid::new_v4().to_string());
        let path = outgoing.path();
        let body = outgoing.body.as_deref().unwrap_or_default().as_bytes();
        let method = outgoing.method();
        let request = HmacRequest { method, path: &path, time: &time, nonce: &nonce, body };
        let tag = sign(&self.key, self.text(&request).as_bytes());
        let mut signature = header(&hex::encode(tag))?;
        signature.set_sensitive(true);
        Ok(HeaderMap::from_iter([
            (Self::KEY, header(&self.name)?),
            (Self::TIME, header(&time)?),
            (Self::NONCE, header(&nonce)?),
            (Self::SIGNATURE, signature),
        ]))
    }

    fn text(&self, request: &HmacRequest<'_>) -> String {
        let HmacRequest { method, path, time, nonce, body } = request;
        let (name, body) = (&self.name, hex::encode(digest(&SHA256, body)));
        format!("{PURPOSE}\n{method}\n{path}\n{name}\n{time}\n{nonce}\n{body}\n")
    }
}

impl fmt::Debug for HmacKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("HmacKey").field("name", &self.name).finish_non_exhaustive()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "an attempt is signed at the moment when it is sent; no judgement depends on it"
)]
fn now() -> String {
    let passed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    passed.as_millis().to_string()
}

fn header(text: &str) -> Result<HeaderValue, SigningError> {
    // Hex, digits, a UUID, and a name that was looked at: each is a header's value.
    HeaderValue::from_str(text).map_err(|_| SigningError::Key)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "hmac-secret-4242-hmac-secret-4242";

    fn key() -> HmacKey {
        HmacKey::new("countersign-1", &SECRET.into()).unwrap()
    }

    fn request<'r>() -> HmacRequest<'r> {
        let (time, nonce) = ("1760000000000", "8e03978e-40d5-43dd-bc93-6894a57f9324");
        HmacRequest { method: "POST", path: "/v1/sign", time, nonce, body: b"{}" }
    }

    #[test]
    fn signs_as_other_implementations_do() {
        // By Python's hmac and hashlib.
        let expected = "29aec68a9713cedafd3523697cbcc95770b7ac8c64c45d4be4452c8bd60aefee";
        assert!(key().verifies(&request(), expected));
    }

    #[test]
    fn each_part_of_a_request_is_signed() {
        let signature = hex::encode(sign(&key().key, key().text(&request()).as_bytes()));
        assert!(key().verifies(&request(), &signature));
        for other in [
            HmacRequest { method: "GET", ..request() },
            HmacRequest { path: "/v1/sign?", ..request() },
            HmacRequest { time: "1760000000001", ..request() },
            HmacRequest { nonce: "8e03978e-40d5-43dd-bc93-6894a57f9325", ..request() },
            HmacRequest { body: b"{ }", ..request() },
        ] {
            assert!(!key().verifies(&other, &signature), "{other:?}");
        }
        let renamed = HmacKey::new("countersign-2", &SECRET.into()).unwrap();
        assert!(!renamed.verifies(&request(), &signature));
        for signature in ["", "00", "no hex", signature.get(..62).unwrap()] {
            assert!(!key().verifies(&request(), signature), "{signature}");
        }
    }

    #[test]
    fn shows_its_name_alone() {
        assert!(!format!("{:?}", key()).contains("4242"));
        let weak = HmacKey::new("name", &"short".into()).unwrap_err();
        assert_eq!(weak, ConfigError::WeakSecret);
        for name in ["", "a b", "a\nb"] {
            let error = HmacKey::new(name, &SECRET.into()).unwrap_err();
            assert_eq!(error, ConfigError::UnsendableKey, "{name:?}");
        }
    }
}
