//! Requests that are signed with an RSA key.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use axum::http::HeaderMap;
use base64::prelude::{BASE64_STANDARD, Engine};
use countersign_units::UnixSeconds;
use rsa::RsaPublicKey;
use rsa::pkcs1::DecodeRsaPublicKey;
use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::pkcs8::LineEnding;
use rsa::pkcs8::der::SecretDocument;
use rsa::sha2::Sha256;
use rsa::signature::Verifier;
use sha2::Digest;
use uuid::Uuid;

use super::canonical::is_canonical;
use super::nonces::Nonces;
use super::{AuthError, Incoming, KeyError};
use crate::clock;

const KEY: &str = "x-api-key";
const SIGNATURE: &str = "x-api-signature";
const TIMESTAMP: &str = "x-api-timestamp";
const NONCE: &str = "x-api-nonce";

/// The key pair of a client, and what it has sent.
///
/// The private half is only handed out: requests are verified with the public one, by another
/// library than the one that made the pair.
pub(crate) struct SignedRequests {
    private_key_pem: String,
    api_key: String,
    public_key: VerifyingKey<Sha256>,
    nonces: Nonces,
}

impl SignedRequests {
    /// Makes up a key pair.
    ///
    /// # Errors
    ///
    /// Returns a [`KeyError`] if the libraries fail.
    pub(super) fn random() -> Result<Self, KeyError> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError)?;
        let pkcs1 = pair.public_key().as_ref();
        let public_key = RsaPublicKey::from_pkcs1_der(pkcs1).map_err(|_| KeyError)?;
        Ok(Self {
            private_key_pem: pem(&pair)?,
            api_key: BASE64_STANDARD.encode(sha2::Sha256::digest(pkcs1)),
            public_key: VerifyingKey::new(public_key),
            nonces: Nonces::default(),
        })
    }

    /// Returns the private key, as PKCS#8 in PEM.
    pub(crate) fn private_key_pem(&self) -> &str {
        &self.private_key_pem
    }

    /// Returns what requests bring in `x-api-key`: the public key's hash.
    pub(super) fn api_key(&self) -> &str {
        &self.api_key
    }

    /// Judges a request. Only a good one uses its nonce up.
    ///
    /// As the scheme is documented, time and nonce are not signed: whoever holds a signed request
    /// can send it again under another nonce. TLS has to keep it from them.
    pub(super) fn check(&self, request: &Incoming<'_>) -> Result<(), AuthError> {
        if header(request.headers, KEY)? != self.api_key {
            return Err(AuthError::Key);
        }
        let now = clock::seconds(clock::now());
        let (time, nonce) = (time(request.headers)?, nonce(request.headers)?);
        if !Nonces::is_fresh(time, now) {
            return Err(AuthError::Timestamp);
        }
        if !is_canonical(request.body) {
            return Err(AuthError::Body);
        }
        self.verify(request)?;
        // Reads may be repeated.
        if request.method == "POST" && !self.nonces.take(nonce, time, now) {
            return Err(AuthError::Replay);
        }
        Ok(())
    }

    fn verify(&self, request: &Incoming<'_>) -> Result<(), AuthError> {
        let signature = BASE64_STANDARD.decode(header(request.headers, SIGNATURE)?);
        let signature = signature.map_err(|_| AuthError::Signature)?;
        let signature = Signature::try_from(signature.as_slice());
        let signature = signature.map_err(|_| AuthError::Signature)?;
        self.public_key.verify(&signed_text(request), &signature).map_err(|_| AuthError::Signature)
    }
}

/// Returns `METHOD:PATH:QUERY:BODY`.
fn signed_text(request: &Incoming<'_>) -> Vec<u8> {
    let Incoming { method, path, query, body, .. } = request;
    let mut pairs: Vec<_> = query.split('&').filter(|pair| !pair.is_empty()).collect();
    pairs.sort_by_key(|pair| pair.split('=').next());
    [format!("{method}:{path}:{}:", pairs.join("&")).as_bytes(), body].concat()
}

fn header<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a str, AuthError> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().filter(|_| values.next().is_none());
    value.and_then(|value| value.to_str().ok()).ok_or(AuthError::Header(name))
}

fn time(headers: &HeaderMap) -> Result<UnixSeconds, AuthError> {
    let text = header(headers, TIMESTAMP)?;
    text.parse().map(UnixSeconds::new).map_err(|_| AuthError::Timestamp)
}

fn nonce(headers: &HeaderMap) -> Result<Uuid, AuthError> {
    let text = header(headers, NONCE)?;
    Uuid::try_parse(text).map_err(|_| AuthError::Nonce)
}

fn pem(pair: &KeyPair) -> Result<String, KeyError> {
    let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| KeyError)?;
    let document = SecretDocument::try_from(der.as_ref()).map_err(|_| KeyError)?;
    let pem = document.to_pem("PRIVATE KEY", LineEnding::LF).map_err(|_| KeyError)?;
    Ok(pem.to_string())
}
