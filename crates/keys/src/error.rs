use std::time::Duration;

/// Why a source did not do what it was asked for. Its texts hold no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The source has no key of this name.
    #[error("the source {source_name} has no key {key}")]
    NoKey {
        /// The source's name.
        source_name: String,
        /// The key's name in it.
        key: String,
    },
    /// The source has not been opened: a keystore without its passphrase, a token without its PIN.
    #[error("the source {source_name} is locked")]
    Locked {
        /// The source's name.
        source_name: String,
    },
    /// The source can't do this by what it is.
    #[error("the source {source_name} can't do this: it lacks {lacks}")]
    Unsupported {
        /// The source's name.
        source_name: String,
        /// What it would need.
        lacks: String,
    },
    /// The source decided not to.
    #[error("the source {source_name} declined: {reason}")]
    Declined {
        /// The source's name.
        source_name: String,
        /// What it said.
        reason: String,
    },
    /// The source has too much to do; it may be asked again later.
    #[error("the source {source_name} is asked too often: {reason}")]
    Throttled {
        /// The source's name.
        source_name: String,
        /// What it said.
        reason: String,
    },
    /// The source can't be reached, or broke.
    #[error("the source {source_name} is not available: {reason}")]
    Unavailable {
        /// The source's name.
        source_name: String,
        /// What happened.
        reason: String,
    },
    /// The source did not answer in time.
    #[error("the source {source_name} did not answer in {deadline:?}")]
    TimedOut {
        /// The source's name.
        source_name: String,
        /// How long it was waited for.
        deadline: Duration,
    },
    /// The source answered something that no source answers.
    #[error("the source {source_name}: expected {expected}, found {found}")]
    BadAnswer {
        /// The source's name.
        source_name: String,
        /// What it had to answer.
        expected: &'static str,
        /// What it answered.
        found: String,
    },
}

/// Whether a source that did not sign declined for good, or could not be reached.
pub(crate) enum Failure {
    Declined(String),
    Unavailable(String),
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        let text = error.to_string();
        match error {
            SourceError::Throttled { .. }
            | SourceError::Unavailable { .. }
            | SourceError::Locked { .. }
            | SourceError::TimedOut { .. }
            | SourceError::BadAnswer { .. } => Self::Unavailable(text),
            SourceError::NoKey { .. }
            | SourceError::Unsupported { .. }
            | SourceError::Declined { .. } => Self::Declined(text),
        }
    }
}
