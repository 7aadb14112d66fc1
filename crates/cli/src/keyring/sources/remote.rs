//! A signing service of the custodian's own.

use std::path::PathBuf;
use std::time::Duration;

use countersign::http_client::ExposeSecret as _;
use countersign::keys::KeySource;
use countersign::keys::remote::{BaseUrl, ClientIdentity, HmacKey, RemoteAccess, RemoteSource};
use serde::Deserialize;

use super::{Opening, failed};
use crate::connection::read_secret;
use crate::exit::Failure;

/// Where a service is, how it knows us, and we it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::keyring) struct ServiceAt {
    url: String,
    access: Access,
    /// Certificates, in PEM, that vouch for the service; without them those of the system do.
    #[serde(default)]
    trust: Option<PathBuf>,
    #[serde(default = "deadline_ms")]
    deadline_ms: u64,
}

/// How the service knows us.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum Access {
    /// By a secret of this name, which stands in no file of ours.
    Hmac(String),
    /// By a certificate with its private key, in PEM, in a file that others can't read.
    Certificate(PathBuf),
}

const fn deadline_ms() -> u64 {
    10_000
}

impl ServiceAt {
    pub(super) const fn takes_secret(&self) -> bool {
        matches!(self.access, Access::Hmac(_))
    }

    pub(super) fn open(self, name: &str, opening: Opening<'_>) -> Result<KeySource, Failure> {
        let wrong = |error: &dyn std::fmt::Display| failed(name, error);
        let base: BaseUrl = self.url.parse().map_err(|error| wrong(&error))?;
        let access = match &self.access {
            Access::Hmac(key) => {
                let secret = opening.unlock.open(name, "the secret")?;
                let key = HmacKey::new(key.as_str(), &secret);
                RemoteAccess::hmac(key.map_err(|error| wrong(&error))?)
            }
            Access::Certificate(path) => {
                let identity = ClientIdentity::from_pem(&read_secret(&opening.beside(path))?);
                RemoteAccess::mutual_tls(identity.map_err(|error| wrong(&error))?)
            }
        };
        let access = match &self.trust {
            Some(path) => {
                let pem = read_secret(&opening.beside(path))?;
                access.trust_only(pem.expose_secret()).map_err(|error| wrong(&error))?
            }
            None => access,
        };
        let deadline = Duration::from_millis(self.deadline_ms);
        let source = RemoteSource::new(name, base, access, deadline);
        Ok(source.map_err(|error| wrong(&error))?.into_source())
    }
}
