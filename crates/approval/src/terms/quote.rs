use countersign_units::{Bps, Lots, UnixMillis, UnixSeconds};

/// What we asked a deposit-address API for, member by member, and what its answer may say.
///
/// The rest stands in the [`Terms`](crate::Terms) around it: the source is what we send, exactly or
/// at most, the destination what has to come at least; recipient and refund address are those that
/// were asked for.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "terms are data that the facade fills in")]
pub struct QuoteTerms {
    /// Whether only a price was asked for, without an address to fund.
    pub dry: bool,
    /// Which side of the swap is exact.
    pub swap_type: QuoteSwapType,
    /// How a deposit is told from others at its address.
    pub deposit_mode: QuoteDepositMode,
    /// The slippage that was asked for.
    pub slippage: Bps,
    /// The source asset by the API's own name.
    pub origin_asset: String,
    /// The destination asset by the API's own name.
    pub destination_asset: String,
    /// Under which other names the API may answer.
    pub asset_aliases: Vec<AssetAlias>,
    /// The amount that was asked for: of the destination asset where that is the exact side.
    pub amount: Lots,
    /// Where the deposit is made.
    pub deposit_type: QuotePlace,
    /// Where a refund goes.
    pub refund_type: QuotePlace,
    /// Where the recipient is.
    pub recipient_type: QuotePlace,
    /// The deadline that was asked for; absent where the API was to choose it.
    pub deadline: Option<UnixMillis>,
    /// The last deadline that policy allows.
    pub latest_deadline: UnixSeconds,
    /// How many seconds must be left until the deadline.
    pub min_remaining: u64,
    /// The earliest moment at which the quote may have been made: an older one answers another
    /// question. Absent means any.
    pub made_after: Option<UnixSeconds>,
    /// The recipient on a virtual chain.
    pub virtual_chain_recipient: Option<String>,
    /// Who gets a refund on a virtual chain.
    pub virtual_chain_refund_recipient: Option<String>,
    /// A message for the recipient's contract.
    pub custom_recipient_msg: Option<String>,
    /// How much of the swap others may see.
    pub confidentiality: QuoteConfidentiality,
    /// Our name as a referrer.
    pub referral: Option<String>,
    /// How long the API was to wait for quotes, in milliseconds.
    pub quote_waiting_time_ms: u64,
    /// Addresses of wallets that were named.
    pub connected_wallets: Vec<String>,
    /// The session that was named.
    pub session_id: Option<String>,
    /// Who gets a share of the fees back.
    pub rebates: Vec<QuoteRebate>,
    /// The fees that we asked for.
    pub app_fees: Vec<AppFee>,
    /// Whether insurance was asked for.
    pub insured: bool,
    /// The most that all application fees may be together, ours and those that the API adds.
    pub max_app_fees: Bps,
    /// Who may take an application fee beside those that we asked for.
    pub fee_recipients: Vec<String>,
    /// The most slippage that policy allows.
    pub max_slippage: Bps,
    /// Whether the quote may be one of before its signature bound the deposit address.
    pub age: QuoteAge,
}

/// Which side of a swap is exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a verifier must know all that can be agreed")]
pub enum QuoteSwapType {
    /// What we send is exact.
    ExactInput,
    /// What comes is exact; what we send has a cap.
    ExactOutput,
    /// What we send may differ from what was quoted; we send exactly that.
    FlexInput,
}

/// How a deposit is told from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a verifier must know all that can be agreed")]
pub enum QuoteDepositMode {
    /// By an address of its own.
    Simple,
    /// By a memo.
    Memo,
}

/// Where an asset is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a verifier must know all that can be agreed")]
pub enum QuotePlace {
    /// On its own chain.
    Chain,
    /// Inside the intents contract.
    Intents,
    /// Inside the intents contract, out of sight.
    ConfidentialIntents,
}

/// How much of a swap others may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a verifier must know all that can be agreed")]
pub enum QuoteConfidentiality {
    /// All of it.
    Public,
    /// Less of it.
    Basic,
    /// The least of it.
    Advanced,
}

/// Whether a quote is to be funded or only looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a quote is either to be funded or not")]
pub enum QuoteAge {
    /// It is new: its signature has to bind the deposit address.
    New,
    /// It comes from storage and may be older than that: nothing is funded by it then.
    Stored,
}

/// Two names of one asset.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "terms are data that the facade fills in")]
pub struct AssetAlias {
    /// The name that we ask by.
    pub asked: String,
    /// The name that the API may answer with.
    pub answered: String,
}

/// A fee for an application.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "terms are data that the facade fills in")]
pub struct AppFee {
    /// Who gets it.
    pub recipient: String,
    /// How much of the amount.
    pub fee: Bps,
}

/// A share of the fees that somebody gets back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "terms are data that the facade fills in")]
pub struct QuoteRebate {
    /// Who gets it.
    pub recipient: String,
    /// How much, in percent.
    pub share: u8,
}

impl QuoteTerms {
    /// Says whether two names are those of one asset.
    pub fn is_same_asset(&self, asked: &str, answered: &str) -> bool {
        asked == answered
            || self
                .asset_aliases
                .iter()
                .any(|alias| alias.asked == asked && alias.answered == answered)
    }
}

impl QuoteSwapType {
    /// Returns the API's own word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ExactInput => "EXACT_INPUT",
            Self::ExactOutput => "EXACT_OUTPUT",
            Self::FlexInput => "FLEX_INPUT",
        }
    }
}

impl QuoteDepositMode {
    /// Returns the API's own word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Simple => "SIMPLE",
            Self::Memo => "MEMO",
        }
    }
}

impl QuotePlace {
    /// Returns the API's own word for where a deposit or a refund goes.
    pub const fn as_origin(self) -> &'static str {
        match self {
            Self::Chain => "ORIGIN_CHAIN",
            other => other.as_destination(),
        }
    }

    /// Returns the API's own word for where the recipient is.
    pub const fn as_destination(self) -> &'static str {
        match self {
            Self::Chain => "DESTINATION_CHAIN",
            Self::Intents => "INTENTS",
            Self::ConfidentialIntents => "CONFIDENTIAL_INTENTS",
        }
    }
}

impl QuoteConfidentiality {
    /// Returns the API's own word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Basic => "basic",
            Self::Advanced => "advanced",
        }
    }
}
