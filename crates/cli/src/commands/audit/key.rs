//! Audit keys as they are kept: PKCS#8 in PEM.

use std::path::Path;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use countersign::http_client::{ExposeSecret, SecretString};
use countersign::journal::{AuditKey, AuditKeyError};
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject as _;
use zeroize::Zeroizing;

use crate::connection::{SetupError, read_secret};

/// How many characters a line of PEM has.
const LINE: usize = 64;

/// Reads an audit key from its file.
pub(crate) fn read(path: &Path) -> Result<AuditKey, SetupError> {
    let pem = read_secret(path)?;
    let key = PrivatePkcs8KeyDer::from_pem_slice(pem.expose_secret().as_bytes())
        .map_err(|_| SetupError::NoPem { path: path.to_owned() })?;
    AuditKey::from_pkcs8(key.secret_pkcs8_der())
        .map_err(|source| SetupError::AuditKey { path: path.to_owned(), source })
}

/// Writes an audit key as the text of its file.
pub(super) fn to_pem(key: &AuditKey) -> Result<SecretString, AuditKeyError> {
    let der = Zeroizing::new(key.to_pkcs8()?);
    let text = Zeroizing::new(BASE64_STANDARD.encode(der.as_slice()));
    let mut pem = "-----BEGIN PRIVATE KEY-----\n".to_owned();
    let mut left = text.as_str();
    while let Some((line, rest)) = left.split_at_checked(LINE).or(Some((left, ""))) {
        if line.is_empty() {
            break;
        }
        pem.extend([line, "\n"]);
        left = rest;
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    Ok(pem.into())
}
