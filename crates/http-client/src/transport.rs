//! One request over HTTP: deadlines, retries, size caps, authentication, redaction.
//!
//! The transport knows no API. It sends a [`Request`] and brings back an [`Answer`], whatever
//! its status; what a status means is for the client above.

mod auth;
mod authentication;
mod backoff;
mod base_url;
mod body;
mod error;
mod hmac;
mod limits;
mod path_key;
mod request;
mod retry_after;
mod sender;
mod signed;
mod tls;

pub use auth::StaticKey;
pub use authentication::Auth;
pub use base_url::BaseUrl;
pub use error::{ConfigError, TransportError, Waiting};
pub use hmac::{HmacKey, HmacRequest};
pub use limits::Limits;
pub use path_key::PathKey;
pub use request::{Answer, Body, Repeat, Request};
pub use sender::Transport;
pub use signed::{
    Freshness, Host, KeyHash, QueryValues, RsaAuth, SignatureText, SigningError, SigningRule,
    SigningRules, TimeUnit, TrailingSlash, UnknownSigningRule,
};
pub use tls::{ClientIdentity, TlsSettings};
