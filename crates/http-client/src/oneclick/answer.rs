//! What an answer of 1Click or Aurora means: its status and its body.

use countersign_api_types::oneclick::{ApiError, StatusRequest, StatusResponse, Wire};
use countersign_api_types::{RawObject, json};

use crate::Cause;
use crate::redact::redacted;
use crate::transport::{Answer, Auth};

/// How many characters of a body an error shows.
const SHOWN: usize = 256;
/// Too many requests.
const TOO_MANY: u16 = 429;

/// Reads the body of a success, of whichever status, or the cause of a failure.
pub(super) fn read<T: Wire>(answer: &Answer, auth: &Auth) -> Result<T, Cause> {
    if answer.status == TOO_MANY {
        return Err(Cause::RateLimited { retry_after: answer.retry_after });
    }
    let excerpt = || auth.excerpt(&answer.body, SHOWN);
    let reason = match T::from_json(&answer.body) {
        Ok(body) if answer.is_success() => return Ok(body),
        Ok(_) => None,
        Err(reason) => Some(reason),
    };
    // A message in place of what was asked for is an error, whatever the status says.
    if let Ok(error) = ApiError::from_json(&answer.body) {
        return Err(told(answer.status, error, auth));
    }
    match reason.filter(|_| answer.is_success()) {
        None => Err(Cause::Status { status: answer.status, excerpt: excerpt() }),
        Some(reason) => Err(Cause::Undecodable {
            reason: redacted(reason, &answer.body, auth, T::from_json),
            excerpt: excerpt(),
        }),
    }
}

fn told(status: u16, error: ApiError, auth: &Auth) -> Cause {
    // Bounded only: the error escapes its texts where it shows them.
    let clean = |text: String| auth.redact(&text).chars().take(SHOWN).collect();
    let data = error.data.and_then(|data| RawObject::parse(&auth.redact(data.as_str())).ok());
    let error = ApiError {
        message: clean(error.message),
        correlation_id: error.correlation_id.map(clean),
        timestamp: error.timestamp.map(clean),
        path: error.path.map(clean),
        status_code: error.status_code,
        error: error.error.map(clean),
        data,
    };
    Cause::OneClick { status, error: Box::new(error) }
}

/// Refuses a status that tells of another deposit. One that tells of none is taken.
pub(super) fn check_same(
    asked: &StatusRequest,
    answered: &StatusResponse,
    auth: &Auth,
) -> Result<(), Cause> {
    let other = |asked: &str, answered: &str| {
        let answered = auth.excerpt(answered, SHOWN);
        Err(Cause::OtherDeposit { asked: asked.to_owned(), answered })
    };
    let (address, memo) = deposit(answered);
    let asked_memo = asked.deposit_memo.as_deref().unwrap_or_default();
    match (address, memo) {
        (Some(address), _) if address != asked.deposit_address => {
            other(&asked.deposit_address, &address)
        }
        (_, Some(memo)) if memo != asked_memo => other(asked_memo, &memo),
        _ => Ok(()),
    }
}

/// Returns address and memo of the quote in a status, whatever else the quote holds.
fn deposit(status: &StatusResponse) -> (Option<String>, Option<String>) {
    let text = status.quote_response.as_ref().map_or("{}", RawObject::as_str);
    let Ok(value) = json::parse(text) else { return (None, None) };
    let quote = value.as_object().and_then(|response| response.get("quote")?.as_object());
    let member = |name| {
        let text = quote?.get(name)?.as_str()?;
        Some(text.to_owned()).filter(|text| !text.is_empty())
    };
    (member("depositAddress"), member("depositMemo"))
}
