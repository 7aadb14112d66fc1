mod canonical;
mod error;
mod rule;
mod rules;
mod text;

pub use error::SigningError;
pub use rule::{SigningRule, UnknownSigningRule};
pub use rules::{
    Freshness, Host, KeyHash, QueryValues, SignatureText, SigningRules, TimeUnit, TrailingSlash,
};

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;
use zeroize::Zeroize as _;

use super::authentication::Outgoing;
use super::{BaseUrl, ConfigError, Request, auth};

const KEY: HeaderName = HeaderName::from_static("x-api-key");
const SIGNATURE: HeaderName = HeaderName::from_static("x-api-signature");
const TIMESTAMP: HeaderName = HeaderName::from_static("x-api-timestamp");
const NONCE: HeaderName = HeaderName::from_static("x-api-nonce");

/// Signs each request with an RSA key (RSASSA-PKCS1-v1_5 over SHA-256).
///
/// What is signed is `METHOD:PATH:QUERY:BODY`: the query sorted by key, the body as compact JSON
/// with sorted keys, both sent in that very form. Each attempt has a time and a nonce of its own.
/// What the API leaves open is set by [`SigningRules`].
///
/// Its `Debug` form shows the rules alone.
///
/// # Examples
///
/// ```
/// use countersign_http_client::transport::{RsaAuth, SigningRules, TimeUnit};
///
/// fn signer(pem: secrecy::SecretString) -> Result<RsaAuth, countersign_http_client::ConfigError> {
///     let rules = SigningRules { time: TimeUnit::Milliseconds, ..SigningRules::default() };
///     Ok(RsaAuth::from_pem(&pem)?.with_rules(rules))
/// }
/// assert!(signer("no key".into()).is_err());
/// ```
#[derive(Clone)]
pub struct RsaAuth {
    key: Arc<KeyPair>,
    pkcs1_hash: String,
    spki_hash: String,
    rules: SigningRules,
}

impl RsaAuth {
    /// Takes the first private key of a PEM text, in PKCS#8 or PKCS#1 and not encrypted.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError::NotAnRsaKey`] if there is none, or it isn't an RSA key of 2048 to
    /// 8192 bits.
    pub fn from_pem(pem: &SecretString) -> Result<Self, ConfigError> {
        let der = PrivateKeyDer::from_pem_slice(pem.expose_secret().as_bytes());
        let mut der = der.map_err(|_| ConfigError::NotAnRsaKey)?;
        let key = Self::from_der(der.secret_der());
        der.zeroize();
        key
    }

    /// Takes a private key in the DER form of PKCS#8 or PKCS#1.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError::NotAnRsaKey`] if it isn't an RSA key of 2048 to 8192 bits.
    pub fn from_der(der: &[u8]) -> Result<Self, ConfigError> {
        let key = KeyPair::from_pkcs8(der).or_else(|_| KeyPair::from_der(der));
        let key = key.map_err(|_| ConfigError::NotAnRsaKey)?;
        let public = key.public_key();
        let spki: PublicKeyX509Der<'_> = public.as_der().map_err(|_| ConfigError::NotAnRsaKey)?;
        Ok(Self {
            pkcs1_hash: hash(public.as_ref()),
            spki_hash: hash(spki.as_ref()),
            key: Arc::new(key),
            rules: SigningRules::default(),
        })
    }

    /// Sets what the API leaves open.
    #[must_use]
    pub const fn with_rules(mut self, rules: SigningRules) -> Self {
        self.rules = rules;
        self
    }

    /// Returns what `x-api-key` holds: base64 of the SHA-256 of the public key.
    pub fn api_key(&self) -> &str {
        match self.rules.key_hash {
            KeyHash::Pkcs1 => &self.pkcs1_hash,
            KeyHash::Spki => &self.spki_hash,
        }
    }

    /// Brings a request into the form that is signed and sent.
    pub(super) fn outgoing(
        base: &BaseUrl,
        request: &Request<'_>,
    ) -> Result<Outgoing, SigningError> {
        let query = text::sorted_query(request.query);
        let url = base.join(&Request { query: &query, ..*request });
        let body = request.body.map(|body| canonical::json(body.text())).transpose()?;
        Ok(Outgoing { url, body })
    }

    /// Signs one attempt, at this moment and with a new nonce.
    pub(super) fn headers(&self, outgoing: &Outgoing) -> Result<HeaderMap, SigningError> {
        let time = self.rules.timestamp(now());
        let nonce = Uuid::new_v4().to_string();
        let text = text::to_sign(outgoing, self.rules, &time, &nonce);
        let mut signature = header(&self.sign(&text)?)?;
        signature.set_sensitive(true);
        let mut key = header(self.api_key())?;
        key.set_sensitive(true);
        Ok(HeaderMap::from_iter([
            (KEY, key),
            (SIGNATURE, signature),
            (TIMESTAMP, header(&time)?),
            (NONCE, header(&nonce)?),
        ]))
    }

    /// Cuts the key's hash out of a text from outside.
    pub(super) fn redact(&self, text: &str) -> String {
        auth::cut(self.api_key(), text)
    }

    fn sign(&self, text: &str) -> Result<String, SigningError> {
        let mut signature = vec![0; self.key.public_modulus_len()];
        let (random, text) = (SystemRandom::new(), text.as_bytes());
        let signed = self.key.sign(&RSA_PKCS1_SHA256, &random, text, &mut signature);
        signed.map_err(|_| SigningError::Key)?;
        Ok(match self.rules.signature {
            SignatureText::Base64 => BASE64_STANDARD.encode(signature),
            SignatureText::Hex => hex::encode(signature),
        })
    }
}

impl fmt::Debug for RsaAuth {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RsaAuth").field("rules", &self.rules).finish_non_exhaustive()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "an attempt is signed at the moment when it is sent; no judgement depends on it"
)]
fn now() -> SystemTime {
    SystemTime::now()
}

fn hash(public_key: &[u8]) -> String {
    BASE64_STANDARD.encode(digest(&SHA256, public_key))
}

fn header(text: &str) -> Result<HeaderValue, SigningError> {
    // Base64, hex, digits and a UUID: each is a header's value.
    HeaderValue::from_str(text).map_err(|_| SigningError::Key)
}
