use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use cryptoki::error::{Error, RvError};

use crate::SourceError;

/// Why a token did not do what it was asked to. No text holds a PIN.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Pkcs11Error {
    /// The library can't be used.
    #[error("expected a PKCS#11 library in {}: {reason}", path.display())]
    Module {
        /// Where it was looked for.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The token is not there, or another one is.
    #[error("expected one token {expected}, found {found}")]
    Token {
        /// The label, and the serial number where one is known.
        expected: String,
        /// How many there are, or the serial number of another.
        found: String,
    },
    /// The token did not let us in.
    #[error(transparent)]
    Pin(#[from] PinRefused),
    /// The key is not there, or not the one that was meant.
    #[error("expected {expected} on the token {token:?}, found {found}")]
    Key {
        /// The token's label.
        token: String,
        /// What was looked for.
        expected: String,
        /// What is there.
        found: String,
    },
    /// The token can't sign in this way.
    #[error("the token {token:?} has no {lacks}")]
    Lacks {
        /// The token's label.
        token: String,
        /// What it would take.
        lacks: &'static str,
    },
    /// The token failed, also when it was asked a second time in a new session.
    #[error("the token's {function} answered {code}")]
    Call {
        /// The function of PKCS#11.
        function: String,
        /// What it returned.
        code: String,
    },
    /// What the token returned is no signature by the key over the digest.
    #[error("expected a signature by the key {key}, found another")]
    OtherSignature {
        /// The public key, in hex.
        key: String,
    },
    /// The token did not answer in time.
    #[error("the token did not answer within {} ms", .0.as_millis())]
    Deadline(Duration),
}

/// Why a token does not let us in. A PIN that was refused is not given to that token again by this
/// process, whichever source has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PinRefused {
    /// The PIN is wrong.
    #[error("the token refused the PIN; it is not tried again. Tries left: {0}")]
    Wrong(TriesLeft),
    /// The PIN is right, and must be changed first.
    #[error("the PIN of the token has expired")]
    Expired,
    /// The token takes no PIN any more. None was given to it.
    #[error("the token is locked: its security officer has to set a new PIN")]
    Locked,
    /// A wrong PIN would lock the token, so none was given to it.
    #[error("a wrong PIN would lock the token, so it was not tried: log in by the maker's tool")]
    LastTry,
    /// The token takes a PIN, and we have none.
    #[error("the token takes a PIN, and none was given")]
    Missing,
    /// The token's user has no PIN yet.
    #[error("the token's PIN was never set")]
    NotSet,
    /// The token broke off, and may have counted a try.
    #[error("the token did not say whether it took the PIN; it is not tried again")]
    Unclear,
}

/// How often a wrong PIN may still be given, as far as the token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "PKCS#11 has these three flags")]
pub enum TriesLeft {
    /// The token says nothing.
    Unknown,
    /// Fewer than at first.
    Few,
    /// One: a wrong PIN locks the token.
    One,
    /// None: it is locked.
    None,
}

impl fmt::Display for TriesLeft {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Unknown => "the token does not say",
            Self::Few => "fewer than at first",
            Self::One => "one",
            Self::None => "none",
        })
    }
}

impl Pkcs11Error {
    /// Says it in the words that all sources share.
    pub(super) fn told_by(self, source: &str) -> SourceError {
        let source_name = source.to_owned();
        let reason = self.to_string();
        match self {
            Self::Pin(_) => SourceError::Declined { source_name, reason },
            Self::Key { expected, found, .. } => {
                SourceError::NoKey { source_name, key: format!("{expected}; found {found}") }
            }
            Self::Lacks { lacks, .. } => {
                SourceError::Unsupported { source_name, lacks: lacks.to_owned() }
            }
            Self::OtherSignature { key } => SourceError::BadAnswer {
                source_name,
                expected: "a signature by the key",
                found: format!("one that is not by {key}"),
            },
            Self::Deadline(deadline) => SourceError::TimedOut { source_name, deadline },
            Self::Module { .. } | Self::Token { .. } | Self::Call { .. } => {
                SourceError::Unavailable { source_name, reason }
            }
        }
    }
}

/// Why a piece of work in a session failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// A call failed.
    Call(Error),
    /// It can't help to try again.
    Final(Pkcs11Error),
}

/// What a failure leaves useless.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// Nothing: it was said by us.
    Nothing,
    /// The session in which a call failed. Nothing says that another would do better.
    Session,
    /// All that is known of the token. It holds the sessions still.
    State,
    /// All sessions: the token does not know them any more.
    Sessions,
}

impl Loss {
    /// Says whether another attempt in a new session may end otherwise.
    pub(super) const fn may_pass(self) -> bool {
        matches!(self, Self::State | Self::Sessions)
    }
}

impl Failure {
    pub(super) const fn loss(&self) -> Loss {
        let Self::Call(error) = self else { return Loss::Nothing };
        let Error::Pkcs11(code, _) = error else { return Loss::Session };
        match code {
            RvError::SessionHandleInvalid
            | RvError::SessionClosed
            | RvError::DeviceRemoved
            | RvError::TokenNotPresent
            | RvError::TokenNotRecognized
            | RvError::SlotIdInvalid
            | RvError::CryptokiNotInitialized => Loss::Sessions,
            RvError::DeviceError
            | RvError::UserNotLoggedIn
            | RvError::KeyHandleInvalid
            | RvError::ObjectHandleInvalid
            | RvError::OperationActive
            | RvError::FunctionFailed
            | RvError::GeneralError => Loss::State,
            _ => Loss::Session,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Call(error)
    }
}

impl From<Pkcs11Error> for Failure {
    fn from(error: Pkcs11Error) -> Self {
        Self::Final(error)
    }
}

impl From<PinRefused> for Failure {
    fn from(error: PinRefused) -> Self {
        Self::Final(error.into())
    }
}

impl From<Failure> for Pkcs11Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Final(error) => error,
            Failure::Call(Error::Pkcs11(code, function)) => {
                Self::Call { function: function.to_string(), code: format!("{code:?}") }
            }
            // These are about texts, numbers and symbols of the library; none sees a PIN.
            Failure::Call(other) => {
                Self::Call { function: "library".to_owned(), code: other.to_string() }
            }
        }
    }
}
