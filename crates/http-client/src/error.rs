use std::time::Duration;

use countersign_api_types::ReadError;
use countersign_api_types::defi::{ApiError, WriteError};
use countersign_api_types::oneclick;

use crate::{Call, TransportError};

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{call}: {cause}")]
pub struct ClientError {
    call: Call,
    cause: Box<Cause>,
}

/// What made a call fail.
///
/// Texts from the API are bounded and escaped, and the API key is cut out of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// There was no whole answer.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The API answered with a status that is no success, and told no error of its own.
    #[error("expected status 200, found {status} with body \"{excerpt}\"")]
    Status {
        /// The HTTP status.
        status: u16,
        /// The beginning of the body.
        excerpt: String,
    },
    /// The API told an error.
    #[error("the API answers with status {status}, {error}")]
    Api {
        /// The HTTP status.
        status: u16,
        /// The error.
        error: ApiError,
    },
    /// 1Click or Aurora told an error.
    #[error("the API answers with status {status}, {error}")]
    OneClick {
        /// The HTTP status.
        status: u16,
        /// The error.
        error: Box<oneclick::ApiError>,
    },
    /// The owner has not yet let Permit2 move the token: approve it on chain first.
    #[error("the token's owner has not approved Permit2 yet ({error})")]
    Permit2AllowanceMissing {
        /// The error as the API told it.
        error: ApiError,
    },
    /// The API wants fewer calls.
    #[error("the API limits the rate of calls{}", wait(*retry_after))]
    RateLimited {
        /// How long to wait, if the API told it.
        retry_after: Option<Duration>,
    },
    /// The API's answer can't be read.
    #[error("the answer can't be read: {reason}; it begins \"{excerpt}\"")]
    Undecodable {
        /// Which member, what was expected and what was found.
        reason: ReadError,
        /// The beginning of the body.
        excerpt: String,
    },
    /// The answer is about another intent than the one that was asked about.
    #[error("expected an answer about intent {asked}, found one about {answered}")]
    OtherIntent {
        /// The intent in the request.
        asked: String,
        /// An excerpt of the id in the answer.
        answered: String,
    },
    /// The answer is about another deposit than the one that was asked about.
    #[error("expected an answer about the deposit at {asked}, found one about {answered}")]
    OtherDeposit {
        /// The address in the request, or its memo.
        asked: String,
        /// An excerpt of what is in the answer.
        answered: String,
    },
    /// The request can't be made; nothing was sent.
    #[error(transparent)]
    InvalidRequest(#[from] InvalidRequest),
}

/// Why a request can't be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidRequest {
    /// The body can't be written in the profile.
    #[error(transparent)]
    Body(#[from] WriteError),
    /// The request can't be written in the words of 1Click or Aurora.
    #[error(transparent)]
    Words(#[from] oneclick::WriteError),
    /// An intent's id can't be a part of a path.
    #[error(
        "expected an intent id of 1 to 128 letters, digits, `-`, `_`, `.`, `~` or `:`, found \
         \"{found}\""
    )]
    IntentId {
        /// An excerpt of the id.
        found: String,
    },
}

/// Whether a failed call may be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a caller must decide about all three")]
pub enum Retry {
    /// The API did not act, or acting again changes nothing: send the same request again.
    Safe,
    /// The API may have acted: ask for the intent's status, or the list of swaps, first.
    AskFirst,
    /// The same request fails again.
    Never,
}

impl ClientError {
    pub(crate) fn new(call: Call, cause: impl Into<Cause>) -> Self {
        Self { call, cause: Box::new(cause.into()) }
    }

    /// Returns the call that failed.
    pub const fn call(&self) -> Call {
        self.call
    }

    /// Returns what made it fail.
    pub const fn cause(&self) -> &Cause {
        &self.cause
    }

    /// Says whether the same request may be sent again.
    pub fn retry(&self) -> Retry {
        match self.cause() {
            Cause::InvalidRequest(_) => Retry::Never,
            // Nothing was taken, and the same approval is, once the API sees the allowance.
            Cause::Permit2AllowanceMissing { .. } if self.call == Call::AddApproval => Retry::Safe,
            Cause::Permit2AllowanceMissing { .. } => Retry::Never,
            // Nothing was sent, and nothing will be: the body or the key stays what it is.
            Cause::Transport(TransportError::Unsigned(_)) => Retry::Never,
            Cause::RateLimited { .. } => Retry::Safe,
            Cause::Transport(error) if error.is_before_sending() => Retry::Safe,
            Cause::Transport(_)
            | Cause::Undecodable { .. }
            | Cause::OtherIntent { .. }
            | Cause::OtherDeposit { .. } => self.unsure(),
            Cause::Status { status, .. } | Cause::OneClick { status, .. } => {
                self.after_status(i64::from(*status))
            }
            // An error in the body of a success: the new schema's code is like a status.
            Cause::Api { status: 200..300, error } => self.after_status(error.code),
            Cause::Api { status, .. } => self.after_status(i64::from(*status)),
        }
    }

    /// Returns a name of the cause for scripts and metrics. It never changes.
    pub fn code(&self) -> &'static str {
        match self.cause() {
            Cause::Transport(error) => error.code(),
            Cause::Status { .. } => "status",
            Cause::Api { .. } | Cause::OneClick { .. } => "api",
            Cause::Permit2AllowanceMissing { .. } => "permit2_allowance_missing",
            Cause::RateLimited { .. } => "rate_limited",
            Cause::Undecodable { .. } => "undecodable",
            Cause::OtherIntent { .. } => "other_intent",
            Cause::OtherDeposit { .. } => "other_deposit",
            Cause::InvalidRequest(_) => "invalid_request",
        }
    }

    const fn unsure(&self) -> Retry {
        if self.call.has_effect() { Retry::AskFirst } else { Retry::Safe }
    }

    const fn after_status(&self, status: i64) -> Retry {
        match status {
            408 => self.unsure(),
            300..500 => Retry::Never,
            _ => self.unsure(),
        }
    }
}

fn wait(retry_after: Option<Duration>) -> String {
    retry_after.map(|wait| format!(", and asks to wait {} s", wait.as_secs())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::SigningError;

    fn retry(call: Call, cause: impl Into<Cause>) -> Retry {
        ClientError::new(call, cause).retry()
    }

    fn status(status: u16) -> Cause {
        Cause::Status { status, excerpt: String::new() }
    }

    fn api(status: u16, code: i64) -> Cause {
        let error = ApiError { code, message: String::new(), entity: None, kind: None };
        Cause::Api { status, error }
    }

    #[test]
    fn is_unsure_where_the_api_may_have_acted() {
        let lost = || TransportError::Io { reason: String::new() };
        for (cause, acting, reading) in [
            (lost().into(), Retry::AskFirst, Retry::Safe),
            (status(502), Retry::AskFirst, Retry::Safe),
            (status(408), Retry::AskFirst, Retry::Safe),
            (status(302), Retry::Never, Retry::Never),
            (status(422), Retry::Never, Retry::Never),
            (api(500, 7), Retry::AskFirst, Retry::Safe),
            (api(200, 422), Retry::Never, Retry::Never),
            (api(200, 7), Retry::AskFirst, Retry::Safe),
            (Cause::RateLimited { retry_after: None }, Retry::Safe, Retry::Safe),
        ] {
            assert_eq!(retry(Call::CreateIntent, cause.clone()), acting, "{cause}");
            assert_eq!(retry(Call::AddApproval, cause.clone()), acting, "{cause}");
            assert_eq!(retry(Call::Quote, cause.clone()), reading, "{cause}");
        }
    }

    #[test]
    fn a_quote_with_an_address_and_a_signed_intent_are_not_sent_blindly_again() {
        let told = |status| Cause::OneClick { status, error: Box::default() };
        for call in [Call::WetQuote, Call::SubmitIntent] {
            assert_eq!(retry(call, told(500)), Retry::AskFirst, "{call}");
            assert_eq!(retry(call, told(201)), Retry::AskFirst, "{call}");
            assert_eq!(retry(call, told(400)), Retry::Never, "{call}");
        }
        for call in [Call::Quote, Call::SwapStatus, Call::SubmitDeposit, Call::GenerateIntent] {
            assert_eq!(retry(call, told(500)), Retry::Safe, "{call}");
        }
    }

    #[test]
    fn is_sure_where_nothing_was_sent() {
        let refused = TransportError::Connect { reason: String::new() };
        assert_eq!(retry(Call::AddApproval, refused), Retry::Safe);
    }

    #[test]
    fn what_cannot_be_signed_now_cannot_be_signed_later() {
        let unsigned = || TransportError::from(SigningError::Key);
        assert!(unsigned().is_before_sending());
        for call in [Call::Networks, Call::Quote, Call::AddApproval] {
            assert_eq!(retry(call, unsigned()), Retry::Never);
        }
    }
}
