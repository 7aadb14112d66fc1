use std::fmt;

use secrecy::SecretString;

use super::AuroraClient;
use crate::oneclick::Exchange;
use crate::transport::{ConfigError, Limits, PathKey};

/// Sets up an [`AuroraClient`].
#[derive(Clone)]
pub struct AuroraClientBuilder {
    base: String,
    key: Option<SecretString>,
    limits: Limits,
}

impl AuroraClientBuilder {
    pub(super) fn new(base: &str) -> Self {
        Self { base: base.to_owned(), key: None, limits: Limits::default() }
    }

    /// Sets the API key, which is the last part of every path.
    #[must_use]
    pub fn api_key(mut self, key: SecretString) -> Self {
        self.key = Some(key);
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
    /// is missing or can't be sent.
    pub fn build(self) -> Result<AuroraClient, ConfigError> {
        let key = PathKey::new(self.key.ok_or(ConfigError::NoKey)?)?;
        Ok(AuroraClient::new(Exchange::new(&self.base, key, self.limits)?))
    }
}

impl fmt::Debug for AuroraClientBuilder {
    /// Shows neither the key nor the base URL, which may hold a password before it is checked.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AuroraClientBuilder")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
