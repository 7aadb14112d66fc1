//! What an answer means: its status and its body.

use countersign_api_types::ReadError;
use countersign_api_types::defi::{ApiError, Wire};

use crate::Cause;
use crate::transport::{Answer, Auth};

/// How many characters of a body an error shows.
const SHOWN: usize = 256;
/// Too many requests.
const TOO_MANY: u16 = 429;

/// Reads the body of a success, or the cause of a failure.
pub(super) fn read<T: Wire>(answer: &Answer, auth: &Auth) -> Result<T, Cause> {
    if answer.status == TOO_MANY {
        return Err(Cause::RateLimited { retry_after: answer.retry_after });
    }
    // An error is one even where the status line says otherwise.
    if let Some(error) = ApiError::from_json(&answer.body).ok().filter(|error| error.code != 0) {
        return Err(told(answer.status, error, auth));
    }
    let excerpt = || auth.excerpt(&answer.body, SHOWN);
    if !answer.is_success() {
        return Err(Cause::Status { status: answer.status, excerpt: excerpt() });
    }
    T::from_json(&answer.body).map_err(|reason| Cause::Undecodable {
        reason: redacted::<T>(reason, &answer.body, auth),
        excerpt: excerpt(),
    })
}

fn told(status: u16, error: ApiError, auth: &Auth) -> Cause {
    // Bounded only: the error escapes its texts where it shows them.
    let clean = |text: String| auth.redact(&text).chars().take(SHOWN).collect();
    let error = ApiError {
        code: error.code,
        message: clean(error.message),
        entity: error.entity.map(clean),
        kind: error.kind.map(clean),
    };
    if error.is_allowance_missing() {
        return Cause::Permit2AllowanceMissing { error };
    }
    Cause::Api { status, error }
}

/// Keeps the key out of what an error shows of a body: where the body holds it, the error is
/// that of the body without it.
fn redacted<T: Wire>(reason: ReadError, body: &str, auth: &Auth) -> ReadError {
    let clean = auth.redact(body);
    if clean == body {
        return reason;
    }
    T::from_json(&clean).err().unwrap_or_else(|| ReadError::Member {
        path: String::new(),
        expected: "a body without the API key",
        found: "one that holds it".to_owned(),
    })
}
