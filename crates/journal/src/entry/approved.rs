use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Label, Payload};

/// An approval as it is submitted, whole: what it takes to submit it again.
///
/// Its `Debug` form shows no signature.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "what resubmits must know all of them")]
pub enum ApprovalBytes {
    /// A Permit2 signature.
    Permit2 {
        /// `0x` and 130 hex digits: r, s and v.
        signature: Label,
    },
    /// A signed PSBT.
    Htlc {
        /// The PSBT in base64.
        psbt: Payload,
    },
    /// A transaction with our signature in its slot.
    Cosign {
        /// The whole transaction as hex digits.
        transaction: Payload,
        /// The account that signed, in base58.
        user_address: Label,
        /// A height after which no block takes it, where the cluster was asked for one.
        last_valid_block_height: Option<u64>,
    },
    /// A signed transaction of our own that funds a deposit address.
    Deposit {
        /// The whole transaction as hex digits.
        transaction: Payload,
        /// Its id.
        id: Label,
        /// The last height at which a block takes it, where its chain counts so.
        last_valid_block_height: Option<u64>,
    },
    /// A signed intent over funds that lie with the counterparty.
    Intent {
        /// The signed payload, the text of a JSON object.
        signed: Payload,
        /// The intent's hash by our own count.
        hash: Label,
    },
}

impl ApprovalBytes {
    /// Returns the mechanism's name.
    pub const fn mechanism(&self) -> &'static str {
        match self {
            Self::Permit2 { .. } => "permit2",
            Self::Htlc { .. } => "htlc",
            Self::Cosign { .. } => "cosign",
            Self::Deposit { .. } => "deposit",
            Self::Intent { .. } => "signed_intent",
        }
    }
}

impl fmt::Debug for ApprovalBytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ApprovalBytes({})", self.mechanism())
    }
}
