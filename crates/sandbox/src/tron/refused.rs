//! Why Tron does not take a transaction, in the codes of its nodes.

use crate::chain::ChainError;

/// Why a transaction is not run at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// The bytes are no transaction that is taken here.
    #[error("{0}")]
    Other(&'static str),
    #[error("Validate signature error: {0}")]
    Signature(&'static str),
    #[error("Contract validate error: {0}")]
    Contract(String),
    #[error("Tapos check error.")]
    Reference,
    #[error("Transaction expired")]
    Expiration,
    #[error("Dup transaction.")]
    Known,
}

impl Refused {
    /// Returns the node's own name of it.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Other(_) => "OTHER_ERROR",
            Self::Signature(_) => "SIGERROR",
            Self::Contract(_) => "CONTRACT_VALIDATE_ERROR",
            Self::Reference => "TAPOS_ERROR",
            Self::Expiration => "TRANSACTION_EXPIRATION_ERROR",
            Self::Known => "DUP_TRANSACTION_ERROR",
        }
    }
}

impl From<ChainError> for Refused {
    fn from(error: ChainError) -> Self {
        Self::Contract(error.to_string())
    }
}
