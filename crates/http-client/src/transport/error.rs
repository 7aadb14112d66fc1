use std::time::Duration;

use super::SigningError;

/// Why there is no whole answer.
///
/// No text in here holds the API key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// No connection was made (name, TCP or TLS): nothing was sent.
    #[error("expected a connection: {reason}")]
    Connect {
        /// What the layers below tell.
        reason: String,
    },
    /// The connection broke; the request may have arrived.
    #[error("expected a whole answer: {reason}")]
    Io {
        /// What the layers below tell.
        reason: String,
    },
    /// The time was over.
    #[error("expected {waiting} within {} ms", limit.as_millis())]
    Timeout {
        /// What was waited for.
        waiting: Waiting,
        /// For how long.
        limit: Duration,
    },
    /// The answer is larger than is read.
    #[error("expected an answer of at most {limit} bytes")]
    TooLarge {
        /// The most that is read.
        limit: usize,
    },
    /// The request can't be signed: nothing was sent.
    #[error(transparent)]
    Unsigned(#[from] SigningError),
    /// The answer is not text.
    #[error("expected an answer in UTF-8, found other bytes after {valid}")]
    NotText {
        /// How many bytes are UTF-8.
        valid: usize,
    },
}

/// What a timeout cut short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Waiting {
    /// The connection: nothing was sent.
    Connection,
    /// The answer of one attempt.
    Answer,
    /// The end of the request, over all attempts.
    Request,
}

/// Why a transport can't be set up. None of its texts holds what was configured.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The base is no URL with a host.
    #[error("expected a base URL such as https://api.example.com")]
    NotAUrl,
    /// The base is neither HTTPS nor on this machine.
    #[error("expected a base URL with https, or with http on 127.0.0.1, [::1] or localhost")]
    NotHttps,
    /// The base holds a user name or a password.
    #[error("expected a base URL without user name and password")]
    Credentials,
    /// The base holds a query or a fragment.
    #[error("expected a base URL without query and fragment")]
    QueryOrFragment,
    /// There is no API key.
    #[error("expected an API key")]
    NoKey,
    /// The API key can't be sent in a header.
    #[error("expected an API key of visible ASCII characters")]
    UnsendableKey,
    /// The private key can't sign requests.
    #[error("expected an RSA private key of 2048 to 8192 bits in PKCS#8 or PKCS#1, unencrypted")]
    NotAnRsaKey,
    /// The secret could be found by trying.
    #[error("expected a secret of at least 32 bytes")]
    WeakSecret,
    /// The certificate or its key can't be used.
    #[error("expected {expected} in PEM")]
    Certificate {
        /// What it had to be.
        expected: &'static str,
    },
    /// The HTTP client can't be built.
    #[error("expected an HTTP client: {reason}")]
    Client {
        /// What the layers below tell.
        reason: String,
    },
}

impl TransportError {
    /// Says whether the failure came before anything was sent.
    pub const fn is_before_sending(&self) -> bool {
        matches!(
            self,
            Self::Connect { .. }
                | Self::Unsigned(_)
                | Self::Timeout { waiting: Waiting::Connection, .. }
        )
    }

    /// Says whether another attempt may end otherwise.
    pub(super) const fn may_pass(&self) -> bool {
        matches!(self, Self::Connect { .. } | Self::Io { .. } | Self::Timeout { .. })
    }

    /// Returns a name for scripts and metrics. It never changes.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Connect { .. } => "connect",
            Self::Io { .. } => "io",
            Self::Timeout { .. } => "timeout",
            Self::TooLarge { .. } => "too_large",
            Self::Unsigned(_) => "unsigned",
            Self::NotText { .. } => "not_text",
        }
    }
}

impl std::fmt::Display for Waiting {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Connection => "a connection",
            Self::Answer => "an answer",
            Self::Request => "the end of the request",
        })
    }
}
