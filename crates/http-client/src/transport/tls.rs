use std::fmt;

use reqwest::{Certificate, ClientBuilder, Identity};
use secrecy::{ExposeSecret as _, SecretString};

use super::ConfigError;

/// What TLS takes beside the certificates that everybody believes.
#[derive(Clone, Debug, Default)]
pub struct TlsSettings {
    identity: Option<ClientIdentity>,
    roots: Option<Vec<Certificate>>,
}

/// A certificate of ours with its private key, by which a server knows us.
///
/// Its `Debug` form shows nothing of it.
#[derive(Clone)]
pub struct ClientIdentity(Identity);

impl ClientIdentity {
    /// Takes a certificate, those that vouch for it, and the private key, all in one PEM text.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError::Certificate`] if there isn't one of each.
    pub fn from_pem(pem: &SecretString) -> Result<Self, ConfigError> {
        let expected = "a certificate and its private key";
        let identity = Identity::from_pem(pem.expose_secret().as_bytes());
        identity.map(Self).map_err(|_| ConfigError::Certificate { expected })
    }
}

impl TlsSettings {
    /// Shows a certificate to the server.
    #[must_use]
    pub fn identity(mut self, identity: ClientIdentity) -> Self {
        self.identity = Some(identity);
        self
    }

    /// Believes the servers that these certificates vouch for, and no others.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError::Certificate`] if there is no certificate in the text.
    pub fn trust_only(mut self, pem: &str) -> Result<Self, ConfigError> {
        let expected = "certificates";
        let roots = Certificate::from_pem_bundle(pem.as_bytes());
        let roots = roots.ok().filter(|roots| !roots.is_empty());
        self.roots = Some(roots.ok_or(ConfigError::Certificate { expected })?);
        Ok(self)
    }

    pub(super) fn apply(&self, builder: ClientBuilder) -> ClientBuilder {
        let builder = match &self.identity {
            Some(ClientIdentity(identity)) => builder.identity(identity.clone()),
            None => builder,
        };
        match &self.roots {
            Some(roots) => builder.tls_certs_only(roots.iter().cloned()),
            None => builder,
        }
    }
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ClientIdentity(..)")
    }
}
