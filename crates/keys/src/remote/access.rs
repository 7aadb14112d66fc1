use countersign_http_client::ConfigError;
use countersign_http_client::transport::{Auth, BaseUrl, ClientIdentity, HmacKey, TlsSettings};

/// How a signing service knows us, and we it.
#[derive(Clone, Debug)]
pub struct RemoteAccess {
    hmac: Option<HmacKey>,
    tls: TlsSettings,
    needs_tls: bool,
}

impl RemoteAccess {
    /// Signs each request by a secret that the service has too.
    pub fn hmac(key: HmacKey) -> Self {
        Self { hmac: Some(key), tls: TlsSettings::default(), needs_tls: false }
    }

    /// Shows a certificate of ours to the service.
    pub fn mutual_tls(identity: ClientIdentity) -> Self {
        Self { hmac: None, tls: TlsSettings::default().identity(identity), needs_tls: true }
    }

    /// Believes the services that these certificates vouch for, and no others.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError::Certificate`] if there is no certificate in the text.
    pub fn trust_only(mut self, pem: &str) -> Result<Self, ConfigError> {
        self.tls = self.tls.trust_only(pem)?;
        Ok(self)
    }

    /// Says how it is shown to a service, and which services are believed.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError::NotHttps`] if a certificate can't be shown there.
    pub(super) fn for_service(self, base: &BaseUrl) -> Result<(Auth, TlsSettings), ConfigError> {
        if self.needs_tls && !base.to_string().starts_with("https:") {
            return Err(ConfigError::NotHttps);
        }
        Ok((self.hmac.map_or(Auth::None, Auth::Hmac), self.tls))
    }
}
