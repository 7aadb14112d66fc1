use std::fmt;

use http::{Response, StatusCode, header};

use crate::remote::wire::Refused;

/// How many characters of a reason are told.
const EXCERPT: usize = 500;

/// Why nothing was signed.
#[derive(Debug)]
pub(in crate::remote) struct Refusal {
    pub(super) code: Code,
    reason: String,
}

/// What a caller can tell refusals apart by. It never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// Nobody knows who asks.
    Unauthenticated,
    /// It was asked before, or at another time.
    Replayed,
    /// The request is not of the form.
    Malformed,
    /// The request is too long.
    TooLong,
    /// There is nothing at this path.
    NotFound,
    /// There is no such key.
    NoKey,
    /// The payload is not what was agreed.
    Unverified,
    /// The caller wants something else signed than the payload.
    OtherDigest,
    /// The rules don't allow it.
    Declined,
    /// There is too much to do.
    Busy,
    /// The key can't be reached.
    Unavailable,
}

impl Code {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::Replayed => "replayed",
            Self::Malformed => "malformed",
            Self::TooLong => "too_long",
            Self::NotFound => "not_found",
            Self::NoKey => "no_key",
            Self::Unverified => "unverified",
            Self::OtherDigest => "other_digest",
            Self::Declined => "declined",
            Self::Busy => "busy",
            Self::Unavailable => "unavailable",
        }
    }

    const fn status(self) -> StatusCode {
        match self {
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Replayed => StatusCode::CONFLICT,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotFound | Self::NoKey => StatusCode::NOT_FOUND,
            Self::Unverified | Self::OtherDigest => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Declined => StatusCode::FORBIDDEN,
            Self::Busy => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl Refusal {
    pub(super) const fn new(code: Code, reason: String) -> Self {
        Self { code, reason }
    }

    pub(super) fn malformed(reason: impl fmt::Display) -> Self {
        Self::new(Code::Malformed, reason.to_string())
    }

    /// The rules don't allow it.
    pub(super) fn declined(reason: &str) -> Self {
        Self::new(Code::Declined, reason.to_owned())
    }

    pub(super) fn answer(&self) -> Response<String> {
        let reason = self.reason.chars().take(EXCERPT).collect();
        let refused = Refused { code: self.code.as_str().to_owned(), reason };
        json(self.code.status(), serde_json::to_string(&refused).unwrap_or_default())
    }
}

/// Writes an answer.
pub(super) fn json(status: StatusCode, body: String) -> Response<String> {
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    let form = header::HeaderValue::from_static("application/json");
    answer.headers_mut().insert(header::CONTENT_TYPE, form);
    answer
}
