//! How answers break on their way.

use std::fmt;
use std::str::FromStr;

/// A fault of the transport. The server did what it was asked; its answer does not say so.
///
/// Those for which [`Fault::is_of_creating`] holds hit the answer to a create request, which is the
/// one that holds what a client is to sign, and at 1Click and Aurora the answer to a request for a
/// quote with an address. The others hit approvals, signed intents, deposits that are told of, and
/// status requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The create answer comes after the configured lateness.
    Late,
    /// The create answer holds members twice, with different values.
    Duplicated,
    /// The create answer ends in the middle.
    Truncated,
    /// The create answer has several mebibytes.
    Oversized,
    /// Members of the create answer have other JSON types than documented.
    WrongTyped,
    /// Creating fails with 500, and each read fails with 503 twice before it succeeds.
    ServerError,
    /// The create answer is a web page, with status 200.
    Html,
    /// What was asked for is created; then the connection is closed without an answer.
    CreateLost,
    /// An approval is taken and executed; then the connection is closed without an answer.
    SubmitLost,
    /// An approval is taken and executed; the answer comes after the configured lateness.
    SubmitLate,
    /// The first approval of each intent is answered with 503 before it is looked at.
    SubmitDeclinedFirst,
    /// Of the status requests for each intent, every second one is answered with 503.
    StatusLost,
    /// Once an intent has been approved, it is asked for in vain: its status is answered with 404,
    /// and no list holds it.
    Forgets,
    /// Of the status requests for each intent, every second one is answered as if nothing had
    /// happened yet.
    StatusFlaps,
    /// 1Click and Aurora say `SUCCESS` of a deposit that went back whole.
    RefundedAsSuccess,
    /// 1Click and Aurora answer a signed intent with the hash of another one.
    OtherIntentHash,
}

/// A text names no fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected the name of a transport fault, such as {first}, found {found:?}", first = Fault::Late)]
pub struct ParseFaultError {
    found: String,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 16] = [
        Self::Late,
        Self::Duplicated,
        Self::Truncated,
        Self::Oversized,
        Self::WrongTyped,
        Self::ServerError,
        Self::Html,
        Self::CreateLost,
        Self::SubmitLost,
        Self::SubmitLate,
        Self::SubmitDeclinedFirst,
        Self::StatusLost,
        Self::Forgets,
        Self::StatusFlaps,
        Self::RefundedAsSuccess,
        Self::OtherIntentHash,
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
            Self::CreateLost => "create-lost",
            Self::SubmitLost => "submit-lost",
            Self::SubmitLate => "submit-late",
            Self::SubmitDeclinedFirst => "submit-declined-first",
            Self::StatusLost => "status-lost",
            Self::Forgets => "forgets",
            Self::StatusFlaps => "status-flaps",
            Self::RefundedAsSuccess => "refunded-as-success",
            Self::OtherIntentHash => "other-intent-hash",
        }
    }

    /// Says whether a create request meets it, so that there is nothing to sign.
    pub const fn is_of_creating(self) -> bool {
        match self {
            Self::Late
            | Self::Duplicated
            | Self::Truncated
            | Self::Oversized
            | Self::WrongTyped
            | Self::ServerError
            | Self::Html
            | Self::CreateLost => true,
            Self::SubmitLost
            | Self::SubmitLate
            | Self::SubmitDeclinedFirst
            | Self::StatusLost
            | Self::Forgets
            | Self::StatusFlaps
            | Self::RefundedAsSuccess
            | Self::OtherIntentHash => false,
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
            Self::CreateLost => {
                "what is asked for is created, and the connection closed unanswered"
            }
            Self::SubmitLost => "approvals are executed, and the connection closed unanswered",
            Self::SubmitLate => "approvals are executed, and answered much too late",
            Self::SubmitDeclinedFirst => "the first approval of each intent fails with 503, unread",
            Self::StatusLost => "every second status answer is a 503",
            Self::Forgets => "an intent that was approved is not found any more",
            Self::StatusFlaps => "every second status answer says that nothing happened yet",
            Self::RefundedAsSuccess => "1Click and Aurora say SUCCESS of what went back",
            Self::OtherIntentHash => "1Click and Aurora answer a signed intent with another's hash",
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
