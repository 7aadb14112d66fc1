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
    /// Get a quote with an address to deposit at.
    WetQuote,
    /// Get where the swap of a deposit stands.
    SwapStatus,
    /// Tell that a deposit was sent.
    SubmitDeposit,
    /// List what a quote for any input has paid out.
    Withdrawals,
    /// Have an intent made, to be signed.
    GenerateIntent,
    /// Hand in a signed intent.
    SubmitIntent,
}

impl Call {
    /// Says whether the call changes something at the API: a quote doesn't, unless the API makes
    /// an address for it. Telling of a deposit twice is the same as telling of it once.
    pub const fn has_effect(self) -> bool {
        matches!(self, Self::CreateIntent | Self::AddApproval | Self::WetQuote | Self::SubmitIntent)
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
            Self::WetQuote => "get a quote with an address",
            Self::SwapStatus => "get a swap's status",
            Self::SubmitDeposit => "tell of a deposit",
            Self::Withdrawals => "list withdrawals",
            Self::GenerateIntent => "have an intent made",
            Self::SubmitIntent => "hand in an intent",
        })
    }
}
