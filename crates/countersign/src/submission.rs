use std::fmt;

use countersign_api_types::defi::ApprovalSubmission;

/// What was signed, as it is let out: whole, so that the same bytes can be sent again.
///
/// Its `Debug` form shows no signature.
#[derive(Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "an implementation of an API must know all of them")]
pub enum Submission {
    /// An approval, by which the API moves the funds.
    Approval(ApprovalSubmission),
    /// A transaction that funds a deposit address.
    Deposit(SentTransaction),
    /// A signed intent.
    Intent(SentIntent),
}

/// A signed transaction of our own, as its chain takes it.
#[derive(Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "whoever sends it reads all of it")]
pub struct SentTransaction {
    /// The transaction's bytes in hex.
    pub transaction: String,
    /// Its id, in the chain's own form.
    pub id: String,
    /// The last height at which a block takes it, on Solana.
    pub last_valid_block_height: Option<u64>,
}

/// A signed intent, as its API takes it.
#[derive(Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "whoever sends it reads all of it")]
pub struct SentIntent {
    /// The signed payload: the text of a JSON object.
    pub signed: String,
    /// The intent's hash by our own count, as the API writes it.
    pub hash: String,
}

impl From<ApprovalSubmission> for Submission {
    fn from(approval: ApprovalSubmission) -> Self {
        Self::Approval(approval)
    }
}

impl fmt::Debug for Submission {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Approval(approval) => approval.fmt(formatter),
            Self::Deposit(deposit) => deposit.fmt(formatter),
            Self::Intent(intent) => intent.fmt(formatter),
        }
    }
}

impl fmt::Debug for SentTransaction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SentTransaction").field("id", &self.id).finish_non_exhaustive()
    }
}

impl fmt::Debug for SentIntent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SentIntent").field("hash", &self.hash).finish_non_exhaustive()
    }
}
