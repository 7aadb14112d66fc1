use std::fmt;

/// A step of the flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// Asking for an offer.
    Quote,
    /// Making terms of it.
    Accept,
    /// Creating an intent.
    Create,
    /// Adding its claims to the terms.
    Bind,
    /// Comparing the payload with the terms.
    Verify,
    /// Showing the statement to a reviewer.
    Review,
    /// Reserving the approval in the ledger.
    Reserve,
    /// Signing.
    Sign,
    /// Submitting the approval.
    Approve,
    /// Following the swap.
    Track,
}

impl Step {
    /// Returns the step's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Quote => "quote",
            Self::Accept => "accept",
            Self::Create => "create",
            Self::Bind => "bind",
            Self::Verify => "verify",
            Self::Review => "review",
            Self::Reserve => "reserve",
            Self::Sign => "sign",
            Self::Approve => "approve",
            Self::Track => "track",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
