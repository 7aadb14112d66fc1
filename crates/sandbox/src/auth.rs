//! How requests prove who sends them.

mod canonical;
mod error;
mod nonces;
mod signed;

use axum::http::{HeaderMap, HeaderValue};

use crate::config::AuthScheme;

pub(crate) use error::AuthError;
pub(crate) use signed::SignedRequests;

/// What the sandbox holds against a request's claim.
pub(crate) enum Credentials {
    /// The key that every request brings.
    StaticKey(String),
    /// The client's public key, under which every request is signed.
    Signed(Box<SignedRequests>),
}

/// A request, as far as it is signed.
pub(crate) struct Incoming<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

impl Credentials {
    /// Makes up what a scheme needs.
    ///
    /// # Errors
    ///
    /// Returns a [`KeyError`] if no RSA key can be made.
    pub(crate) fn random(scheme: AuthScheme) -> Result<Self, KeyError> {
        Ok(match scheme {
            AuthScheme::StaticKey => Self::StaticKey(hex::encode(rand::random::<[u8; 16]>())),
            AuthScheme::SignedRequests => Self::Signed(Box::new(SignedRequests::random()?)),
        })
    }

    /// Returns what a request has to bring in `X-Api-Key`.
    pub(crate) fn api_key(&self) -> &str {
        match self {
            Self::StaticKey(key) => key,
            Self::Signed(signed) => signed.api_key(),
        }
    }

    /// Judges a request.
    ///
    /// # Errors
    ///
    /// Returns an [`AuthError`] that says which part of the proof fails.
    pub(crate) fn check(&self, request: &Incoming<'_>) -> Result<(), AuthError> {
        match self {
            Self::StaticKey(key) => {
                let found = request.headers.get("x-api-key").map(HeaderValue::as_bytes);
                if found == Some(key.as_bytes()) { Ok(()) } else { Err(AuthError::StaticKey) }
            }
            Self::Signed(signed) => signed.check(request),
        }
    }
}

/// No RSA key could be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an RSA key of 2048 bits, found an error of the library that makes it")]
pub(crate) struct KeyError;
