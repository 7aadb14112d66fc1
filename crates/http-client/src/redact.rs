use countersign_api_types::ReadError;

use crate::transport::Auth;

/// Keeps the key out of what an error shows of a body: where the body holds it, the error is
/// that of the body without it.
pub(crate) fn redacted<T>(
    reason: ReadError,
    body: &str,
    auth: &Auth,
    read: fn(&str) -> Result<T, ReadError>,
) -> ReadError {
    let clean = auth.redact(body);
    if clean == body {
        return reason;
    }
    read(&clean).err().unwrap_or_else(|| ReadError::Member {
        path: String::new(),
        expected: "a body without the API key",
        found: "one that holds it".to_owned(),
    })
}
