//! The APIs' own words.

use serde::Deserialize;

/// Which API is spoken: Aurora's stands in front of 1Click's and leaves some members out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Api {
    OneClick,
    Aurora,
}

/// Which side of a swap is exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum SwapType {
    ExactInput,
    ExactOutput,
    FlexInput,
    AnyInput,
}

/// Where an asset is: on its own chain or inside NEAR Intents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum Place {
    #[serde(rename = "ORIGIN_CHAIN", alias = "DESTINATION_CHAIN")]
    Chain,
    #[serde(rename = "INTENTS")]
    Intents,
    #[serde(rename = "CONFIDENTIAL_INTENTS")]
    ConfidentialIntents,
}

/// How an intent is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standard {
    Nep413,
    Erc191,
    Tip191,
    RawEd25519,
}

/// Where a swap stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    PendingDeposit,
    KnownDepositTx,
    IncompleteDeposit,
    Processing,
    Success,
    Refunded,
}

impl Api {
    /// Returns what a record calls it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::OneClick => "oneclick",
            Self::Aurora => "aurora",
        }
    }
}

impl SwapType {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::ExactInput => "EXACT_INPUT",
            Self::ExactOutput => "EXACT_OUTPUT",
            Self::FlexInput => "FLEX_INPUT",
            Self::AnyInput => "ANY_INPUT",
        }
    }
}

impl Place {
    /// Returns the word for where a deposit or a refund goes.
    pub(super) const fn at_origin(self) -> &'static str {
        match self {
            Self::Chain => "ORIGIN_CHAIN",
            other => other.at_destination(),
        }
    }

    /// Returns the word for where the recipient is.
    pub(super) const fn at_destination(self) -> &'static str {
        match self {
            Self::Chain => "DESTINATION_CHAIN",
            Self::Intents => "INTENTS",
            Self::ConfidentialIntents => "CONFIDENTIAL_INTENTS",
        }
    }
}

impl Standard {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Nep413 => "nep413",
            Self::Erc191 => "erc191",
            Self::Tip191 => "tip191",
            Self::RawEd25519 => "raw_ed25519",
        }
    }
}

impl Progress {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::PendingDeposit => "PENDING_DEPOSIT",
            Self::KnownDepositTx => "KNOWN_DEPOSIT_TX",
            Self::IncompleteDeposit => "INCOMPLETE_DEPOSIT",
            Self::Processing => "PROCESSING",
            Self::Success => "SUCCESS",
            Self::Refunded => "REFUNDED",
        }
    }

    pub(super) const fn is_final(self) -> bool {
        matches!(self, Self::Success | Self::Refunded)
    }
}
