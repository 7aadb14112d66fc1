//! `countersign audit keygen`.

use std::io::Write as _;

use countersign::http_client::ExposeSecret;
use countersign::journal::AuditKey;
use serde::Serialize;

use super::key::to_pem;
use crate::arguments::AuditKeygen;
use crate::connection::SetupError;
use crate::exit::{Ended, Failure};
use crate::{files, output};

#[derive(Serialize)]
struct Report {
    public_key: String,
}

pub(super) fn run(arguments: &AuditKeygen) -> Result<Ended, Failure> {
    let path = &arguments.out;
    let wrong = |source| SetupError::AuditKey { path: path.clone(), source };
    let key = AuditKey::generate().map_err(wrong)?;
    let pem = to_pem(&key).map_err(wrong)?;
    let failed = || Failure::io(path.display().to_string());
    let mut file = files::create_private(path).map_err(failed())?;
    file.write_all(pem.expose_secret().as_bytes()).map_err(failed())?;
    files::sync(&file, path).map_err(failed())?;
    let public_key = key.public_key().to_string();
    if arguments.json {
        output::json(&Report { public_key })?;
    } else {
        output::result(format_args!("{public_key}"))?;
    }
    Ok(Ended::Done)
}
