//! What an answer means: its status and its body.

use countersign_api_types::defi::{ApiError, Wire};

use crate::Cause;
use crate::redact::redacted;
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
        reason: redacted(reason, &answer.body, auth, T::from_json),
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
