use std::fmt;

use reqwest::header::HeaderName;
use secrecy::SecretString;

use super::{Exchange, OneClickClient};
use crate::transport::{ConfigError, Limits, StaticKey};

/// The header of the partner's key.
const PARTNER_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Sets up a [`OneClickClient`].
#[derive(Clone)]
pub struct OneClickClientBuilder {
    base: String,
    partner_key: Option<SecretString>,
    user_session: Option<SecretString>,
    limits: Limits,
}

impl OneClickClientBuilder {
    pub(super) fn new(base: &str) -> Self {
        let limits = Limits::default();
        Self { base: base.to_owned(), partner_key: None, user_session: None, limits }
    }

    /// Sets the partner's key, which is sent as `X-API-Key`. Without it quotes cost more, and
    /// intents and quotes for any input aren't to be had.
    #[must_use]
    pub fn partner_key(mut self, key: SecretString) -> Self {
        self.partner_key = Some(key);
        self
    }

    /// Sets the access token of a user's session, which is sent as `Authorization: Bearer` beside
    /// the partner's key. Confidential quotes want it.
    #[must_use]
    pub fn user_session(mut self, token: SecretString) -> Self {
        self.user_session = Some(token);
        self
    }

    /// Sets all limits.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Makes the client. It connects when the first call is made.
    ///
    /// # Errors
    ///
    /// Returns a [`ConfigError`] if the base URL is neither HTTPS nor on this machine, or the key
    /// or the token can't be sent.
    pub fn build(self) -> Result<OneClickClient, ConfigError> {
        let key = self.partner_key.map(|key| StaticKey::new(PARTNER_KEY, key)).transpose()?;
        let token = self.user_session.map(StaticKey::bearer).transpose()?;
        let keys: Vec<_> = key.into_iter().chain(token).collect();
        Ok(OneClickClient::new(Exchange::new(&self.base, keys, self.limits)?))
    }
}

impl fmt::Debug for OneClickClientBuilder {
    /// Shows neither credential, nor the base URL, which may hold a password before it is checked.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("OneClickClientBuilder")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
