use std::fmt;

/// A call of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Call {
    /// List the networks.
    Networks,
    /// List tokens.
    Tokens,
    /// Get a quote.
    Quote,
    /// Create an intent.
    CreateIntent,
    /// Add an approval to an intent.
    AddApproval,
    /// Get an intent's status.
    IntentStatus,
    /// List swaps.
    Swaps,
}

impl Call {
    /// Says whether the call changes something at the API: a quote doesn't.
    pub const fn has_effect(self) -> bool {
        matches!(self, Self::CreateIntent | Self::AddApproval)
    }
}

impl fmt::Display for Call {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Networks => "list networks",
            Self::Tokens => "list tokens",
            Self::Quote => "get a quote",
            Self::CreateIntent => "create an intent",
            Self::AddApproval => "add an approval",
            Self::IntentStatus => "get an intent's status",
            Self::Swaps => "list swaps",
        })
    }
}
