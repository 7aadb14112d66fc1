//! Why a chain does not take a transaction, in the words of the nodes that most clients know.

use alloy::primitives::U256;
use revm::context::result::InvalidTransaction;

/// Why a transaction is not run at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("already known")]
    Known,
    #[error("rlp: {0}")]
    Malformed(String),
    #[error("transaction type not supported")]
    Type,
    #[error("invalid sender")]
    Sender,
    #[error("invalid chain id for signer: have {found} want {expected}")]
    ChainId { expected: u64, found: u64 },
    #[error("nonce too low: next nonce {expected}, tx nonce {found}")]
    NonceTooLow { expected: u64, found: u64 },
    /// No transaction waits here for the ones before it.
    #[error("nonce too high: next nonce {expected}, tx nonce {found}")]
    NonceTooHigh { expected: u64, found: u64 },
    #[error("max fee per gas less than block base fee")]
    Price,
    #[error("max priority fee per gas higher than max fee per gas")]
    Tip,
    #[error("insufficient funds for gas * price + value: balance {found}, tx cost {expected}")]
    Funds { expected: U256, found: U256 },
    #[error("intrinsic gas too low: gas {found}, minimum needed {expected}")]
    IntrinsicGas { expected: u64, found: u64 },
    #[error("exceeds block gas limit")]
    GasLimit,
    /// The engine has another reason.
    #[error("{0}")]
    Other(String),
}

impl From<InvalidTransaction> for Refused {
    fn from(reason: InvalidTransaction) -> Self {
        match reason {
            InvalidTransaction::NonceTooLow { tx: found, state: expected } => {
                Self::NonceTooLow { expected, found }
            }
            InvalidTransaction::NonceTooHigh { tx: found, state: expected } => {
                Self::NonceTooHigh { expected, found }
            }
            InvalidTransaction::GasPriceLessThanBasefee => Self::Price,
            InvalidTransaction::PriorityFeeGreaterThanMaxFee => Self::Tip,
            InvalidTransaction::LackOfFundForMaxFee { fee, balance } => {
                Self::Funds { expected: *fee, found: *balance }
            }
            InvalidTransaction::CallGasCostMoreThanGasLimit {
                initial_gas: expected,
                gas_limit: found,
            }
            | InvalidTransaction::GasFloorMoreThanGasLimit {
                gas_floor: expected,
                gas_limit: found,
            } => Self::IntrinsicGas { expected, found },
            InvalidTransaction::CallerGasLimitMoreThanBlock => Self::GasLimit,
            other => Self::Other(other.to_string()),
        }
    }
}
