use std::error::Error;
use std::time::Duration;

use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};

use crate::SourceError;

/// How many characters of what KMS says are kept.
const EXCERPT: usize = 300;
/// The codes by which AWS says that it was asked too often.
const THROTTLING: [&str; 5] = [
    "ThrottlingException",
    "Throttling",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "LimitExceededException",
];
/// The codes that may be others when KMS is asked again.
const PASSING: [&str; 4] = [
    "DependencyTimeoutException",
    "KMSInternalException",
    "KeyUnavailableException",
    "InternalFailure",
];

/// What the SDK says of a cause that it has no word for.
const NO_WORD: &str = "other";

/// Why KMS did not do what it was asked to. No text holds a credential.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KmsError {
    /// The endpoint could see or change what is sent.
    #[error("expected an endpoint with https, or with http on this machine")]
    Endpoint,
    /// There is no such key.
    #[error("KMS has no key {key}")]
    NoKey {
        /// Its id, ARN or alias.
        key: String,
    },
    /// The key is another than the one that is needed.
    #[error("expected {expected} as the key {key}, found {found}")]
    OtherKey {
        /// Its id, ARN or alias.
        key: String,
        /// What is needed.
        expected: &'static str,
        /// What KMS has.
        found: String,
    },
    /// KMS does not do it: no permission, or the key is disabled.
    #[error("KMS declined by {code}: {message}")]
    Declined {
        /// The code of AWS.
        code: String,
        /// What KMS said.
        message: String,
    },
    /// KMS was asked too often, also when it was waited for.
    #[error("KMS was asked too often, at all {attempts} attempts: {code}")]
    Throttled {
        /// The code of AWS.
        code: String,
        /// How often it was tried at most.
        attempts: u32,
    },
    /// KMS can't be reached, or broke.
    #[error("KMS is not available: {reason}")]
    Unavailable {
        /// What happened.
        reason: String,
    },
    /// KMS answered something that is no answer.
    #[error("expected {expected} from KMS, found {found}")]
    Answer {
        /// What it had to answer.
        expected: &'static str,
        /// What it answered.
        found: String,
    },
    /// KMS can't sign in this way.
    #[error("KMS has no {lacks}")]
    Lacks {
        /// What it would take.
        lacks: &'static str,
    },
    /// KMS did not answer in time.
    #[error("KMS did not answer within {} ms", .0.as_millis())]
    Deadline(Duration),
}

impl KmsError {
    /// Says what a failed call means.
    pub(super) fn of_call<E, R>(error: &SdkError<E, R>, key: &str, attempts: u32) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
        R: std::fmt::Debug + 'static,
    {
        let SdkError::ServiceError(service) = error else { return Self::unavailable(error) };
        let status = service.err();
        let code = excerpt(status.code().unwrap_or("an error without a code"));
        let message = excerpt(status.message().unwrap_or("nothing more"));
        if THROTTLING.contains(&code.as_str()) {
            return Self::Throttled { code, attempts };
        }
        if code == "NotFoundException" {
            return Self::NoKey { key: key.to_owned() };
        }
        if PASSING.contains(&code.as_str()) || status.code().is_none() {
            return Self::Unavailable { reason: format!("{code}: {message}") };
        }
        Self::Declined { code, message }
    }

    /// Says why nobody answered.
    pub(super) fn unavailable(error: &dyn Error) -> Self {
        Self::Unavailable { reason: excerpt(&causes(error)) }
    }

    /// Says it in the words that all sources share.
    pub(super) fn told_by(self, source: &str) -> SourceError {
        let source_name = source.to_owned();
        let reason = self.to_string();
        match self {
            Self::NoKey { key } => SourceError::NoKey { source_name, key },
            Self::OtherKey { .. } => SourceError::NoKey { source_name, key: reason },
            Self::Declined { .. } => SourceError::Declined { source_name, reason },
            Self::Throttled { .. } => SourceError::Throttled { source_name, reason },
            Self::Answer { expected, found } => {
                SourceError::BadAnswer { source_name, expected, found }
            }
            Self::Lacks { lacks } => {
                SourceError::Unsupported { source_name, lacks: lacks.to_owned() }
            }
            Self::Deadline(deadline) => SourceError::TimedOut { source_name, deadline },
            Self::Endpoint | Self::Unavailable { .. } => {
                SourceError::Unavailable { source_name, reason }
            }
        }
    }
}

/// Says what each cause says, from the outermost on; one that repeats what is said already is left out.
fn causes(error: &dyn Error) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(cause) = next {
        let text = cause.to_string();
        if text != NO_WORD && said.last().is_none_or(|last| !last.contains(&text)) {
            said.push(text);
        }
        next = cause.source();
    }
    said.join(": ")
}

/// Bounds and escapes a text from outside.
fn excerpt(text: &str) -> String {
    text.escape_debug().take(EXCERPT).collect()
}
