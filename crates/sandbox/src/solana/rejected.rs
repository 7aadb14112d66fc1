//! Why a transaction did not run, in the words of a cluster.

use solana_sdk::instruction::InstructionError;
use solana_sdk::transaction::TransactionError;

/// Why a transaction did not run, or failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason:?}")]
pub(crate) struct Rejected {
    pub(crate) reason: TransactionError,
    /// What its programs said before.
    pub(crate) logs: Vec<String>,
    pub(crate) compute_units: u64,
}

impl Rejected {
    /// Says whether somebody has not as much as they were to pay.
    pub(crate) fn is_shortage(&self) -> bool {
        // Both token programs and the system program give the number one to it.
        matches!(self.reason, TransactionError::InstructionError(_, InstructionError::Custom(1)))
    }

    /// A reason that no program gave.
    pub(crate) const fn before_it_ran(reason: TransactionError) -> Self {
        Self { reason, logs: Vec::new(), compute_units: 0 }
    }
}
