use countersign_http_client::TransportError;
use countersign_http_client::transport::Answer;

use super::wire::Refused;
use crate::SourceError;

/// How many characters of what a service says are kept.
const EXCERPT: usize = 300;

/// Why a signing service did not sign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// Evidence could not be written down: nothing was sent.
    #[error("the evidence can't be written as JSON")]
    Unwritable,
    /// There was no whole answer.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The service has no such key.
    #[error("the signing service has no key {key}")]
    NoKey {
        /// Its id.
        key: String,
    },
    /// The service decided not to sign.
    #[error("the signing service declined by {code}: {reason}")]
    Declined {
        /// A stable name.
        code: String,
        /// What it said.
        reason: String,
    },
    /// The service has too much to do.
    #[error("the signing service is asked too often")]
    Throttled,
    /// The service broke.
    #[error("the signing service answered with status {status}")]
    Broken {
        /// The status of HTTP.
        status: u16,
    },
    /// The service answered something that is no answer.
    #[error("expected {expected} from the signing service, found {found}")]
    Answer {
        /// What it had to answer.
        expected: &'static str,
        /// What it answered.
        found: String,
    },
}

impl RemoteError {
    /// Says what an answer without a signature means.
    pub(super) fn of_answer(answer: &Answer, key: &str) -> Self {
        match answer.status {
            429 => return Self::Throttled,
            status @ (500.. | ..400) => return Self::Broken { status },
            _ => {}
        }
        let Ok(Refused { code, reason }) = serde_json::from_str(&answer.body) else {
            let found = excerpt(&answer.body);
            return Self::Answer { expected: "a code and a reason", found };
        };
        if code == "no_key" {
            return Self::NoKey { key: key.to_owned() };
        }
        Self::Declined { code: excerpt(&code), reason: excerpt(&reason) }
    }

    /// Says whether another attempt may end otherwise, and can do no harm.
    pub(super) const fn may_pass(&self) -> bool {
        match self {
            Self::Transport(error) => error.is_before_sending(),
            Self::Throttled | Self::Broken { .. } => true,
            _ => false,
        }
    }

    /// Says it in the words that all sources share.
    pub(super) fn told_by(self, source: &str, deadline: std::time::Duration) -> SourceError {
        let source_name = source.to_owned();
        let reason = self.to_string();
        match self {
            Self::NoKey { key } => SourceError::NoKey { source_name, key },
            Self::Declined { .. } => SourceError::Declined { source_name, reason },
            Self::Throttled => SourceError::Throttled { source_name, reason },
            Self::Answer { expected, found } => {
                SourceError::BadAnswer { source_name, expected, found }
            }
            Self::Transport(TransportError::Timeout { .. }) => {
                SourceError::TimedOut { source_name, deadline }
            }
            Self::Transport(TransportError::TooLarge { limit }) => SourceError::BadAnswer {
                source_name,
                expected: "a short answer",
                found: format!("one of more than {limit} bytes"),
            },
            Self::Transport(TransportError::NotText { .. }) => SourceError::BadAnswer {
                source_name,
                expected: "an answer in UTF-8",
                found: "other bytes".to_owned(),
            },
            Self::Unwritable | Self::Transport(_) | Self::Broken { .. } => {
                SourceError::Unavailable { source_name, reason }
            }
        }
    }
}

/// Bounds and escapes a text from outside.
pub(super) fn excerpt(text: &str) -> String {
    text.escape_debug().take(EXCERPT).collect()
}
