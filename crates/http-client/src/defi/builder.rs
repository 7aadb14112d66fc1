use std::fmt;
use std::time::Duration;

use countersign_api_types::defi::Profile;
use reqwest::header::HeaderName;
use secrecy::SecretString;

use super::DefiClient;
use crate::transport::{Auth, BaseUrl, ConfigError, Limits, RsaAuth, StaticKey, Transport};

/// The header of the API key.
const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Sets up a [`DefiClient`].
#[derive(Clone)]
pub struct DefiClientBuilder {
    base: String,
    credentials: Option<Credentials>,
    profile: Profile,
    limits: Limits,
    repeat_quotes: bool,
}

/// What the client is to prove itself with, not checked yet.
#[derive(Clone)]
enum Credentials {
    Key(SecretString),
    Signed(RsaAuth),
}

impl DefiClientBuilder {
    pub(super) fn new(base: &str) -> Self {
        Self {
            base: base.to_owned(),
            credentials: None,
            profile: Profile::G3,
            limits: Limits::default(),
            repeat_quotes: false,
        }
    }

    /// Sets the API key, which is sent as `X-Api-Key` in place of signing requests.
    #[must_use]
    pub fn api_key(mut self, key: SecretString) -> Self {
        self.credentials = Some(Credentials::Key(key));
        self
    }

    /// Signs requests, in place of sending an API key.
    #[must_use]
    pub fn signed_requests(mut self, key: RsaAuth) -> Self {
        self.credentials = Some(Credentials::Signed(key));
        self
    }

    /// Sets the dialect that is written; [`Profile::G3`] if it isn't called.
    #[must_use]
    pub const fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Sets all limits.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets how long a connection may take to be made.
    #[must_use]
    pub const fn connect_deadline(mut self, deadline: Duration) -> Self {
        self.limits.connect = deadline;
        self
    }

    /// Sets how long one attempt of a call may take.
    #[must_use]
    pub const fn attempt_deadline(mut self, deadline: Duration) -> Self {
        self.limits.attempt = deadline;
        self
    }

    /// Sets how long a call may take, over all attempts.
    #[must_use]
    pub const fn total_deadline(mut self, deadline: Duration) -> Self {
        self.limits.total = deadline;
        self
    }

    /// Sets how often a call without effect is tried again.
    #[must_use]
    pub const fn retries(mut self, retries: u32) -> Self {
        self.limits.retries = retries;
        self
    }

    /// Sets how many bytes of an answer are read.
    #[must_use]
    pub const fn max_body(mut self, bytes: usize) -> Self {
        self.limits.max_body = bytes;
        self
    }

    /// Lets quotes, which are a POST without effect, be tried again like a GET.
    #[must_use]
    pub const fn repeat_quotes(mut self, repeat: bool) -> Self {
        self.repeat_quotes = repeat;
        self
    }

    /// Makes the client. It connects when the first call is made.
    ///
    /// # Errors
    ///
    /// Returns a [`ConfigError`] if the base URL is neither HTTPS nor on this machine, or the key
    /// is missing or can't be sent.
    pub fn build(self) -> Result<DefiClient, ConfigError> {
        let base: BaseUrl = self.base.parse()?;
        let auth = match self.credentials.ok_or(ConfigError::NoKey)? {
            Credentials::Key(key) => Auth::from(StaticKey::new(API_KEY, key)?),
            Credentials::Signed(key) => Auth::from(key),
        };
        let transport = Transport::new(base, auth, self.limits)?;
        Ok(DefiClient::new(transport, self.profile, self.repeat_quotes))
    }
}

impl fmt::Debug for DefiClientBuilder {
    /// Shows neither the key nor the base URL, which may hold a password before it is checked.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DefiClientBuilder")
            .field("profile", &self.profile)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
