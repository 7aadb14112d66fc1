//! How answers break on their way.

use std::fmt;
use std::str::FromStr;

/// A fault of the transport. The server did what it was asked; its answer does not say so.
///
/// All but [`Fault::ServerError`] hit the answer to a create request, which is the one that
/// holds what a client is to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The answer comes after the configured lateness.
    Late,
    /// The answer holds members twice, with different values.
    Duplicated,
    /// The answer ends in the middle.
    Truncated,
    /// The answer has several mebibytes.
    Oversized,
    /// Members have other JSON types than documented.
    WrongTyped,
    /// Creating fails with 500, and each read fails with 503 twice before it succeeds.
    ServerError,
    /// The answer is a web page, with status 200.
    Html,
}

/// A text names no fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected the name of a transport fault, such as {first}, found {found:?}", first = Fault::Late)]
pub struct ParseFaultError {
    found: String,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 7] = [
        Self::Late,
        Self::Duplicated,
        Self::Truncated,
        Self::Oversized,
        Self::WrongTyped,
        Self::ServerError,
        Self::Html,
    ];

    /// Returns the name that the command line and the documents use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::Duplicated => "duplicated",
            Self::Truncated => "truncated",
            Self::Oversized => "oversized",
            Self::WrongTyped => "wrong-typed",
            Self::ServerError => "server-error",
            Self::Html => "html",
        }
    }

    /// Says in one line what breaks.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Late => "the create answer comes much too late",
            Self::Duplicated => "the create answer holds members twice, with different values",
            Self::Truncated => "the create answer ends in the middle",
            Self::Oversized => "the create answer has several mebibytes",
            Self::WrongTyped => "members of the create answer have other JSON types",
            Self::ServerError => {
                "creating fails with 500, reads fail with 503 twice and then succeed"
            }
            Self::Html => "the create answer is a web page with status 200",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Fault {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|fault| fault.name() == text);
        found.ok_or_else(|| ParseFaultError { found: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for fault in Fault::ALL {
            assert_eq!(fault.to_string().parse(), Ok(fault));
        }
        assert!("nothing".parse::<Fault>().is_err());
    }
}
