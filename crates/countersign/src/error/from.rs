//! What an error of a single step means to the flow.

use countersign_approval::{LedgerError, Refusal, ReserveError};
use countersign_evm::{SignError, VerifyError};

use super::{FlowError, Step};

impl From<VerifyError> for FlowError {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Refused(refusal) => Self::Refused { step: Step::Verify, refusal },
            VerifyError::Terms(error) => Self::Terms(error),
        }
    }
}

impl From<countersign_bitcoin::VerifyError> for FlowError {
    fn from(error: countersign_bitcoin::VerifyError) -> Self {
        use countersign_bitcoin::VerifyError;
        match error {
            VerifyError::Refused(refusal) => Self::Refused { step: Step::Verify, refusal },
            VerifyError::Terms(error) => Self::HtlcTerms(error),
        }
    }
}

impl From<countersign_solana::VerifyError> for FlowError {
    fn from(error: countersign_solana::VerifyError) -> Self {
        use countersign_solana::VerifyError;
        match error {
            VerifyError::Refused(refusal) => Self::Refused { step: Step::Verify, refusal },
            VerifyError::Terms(error) => Self::CosignTerms(error),
        }
    }
}

impl From<Refusal> for FlowError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused { step: Step::Verify, refusal }
    }
}

impl From<countersign_near::VerifyError> for FlowError {
    fn from(error: countersign_near::VerifyError) -> Self {
        use countersign_near::VerifyError;
        match error {
            VerifyError::Refused(refusal) => Self::Refused { step: Step::Verify, refusal },
            VerifyError::Terms(error) => Self::IntentTerms(error),
        }
    }
}

impl From<countersign_near::SignError> for FlowError {
    fn from(error: countersign_near::SignError) -> Self {
        match error {
            countersign_near::SignError::Paused => Self::Paused,
            error => Self::SignIntent(error),
        }
    }
}

impl From<countersign_evm::SignCallError> for FlowError {
    fn from(error: countersign_evm::SignCallError) -> Self {
        match error {
            countersign_evm::SignCallError::Paused => Self::Paused,
            error => Self::SignCall(error),
        }
    }
}

impl From<countersign_solana::SignError> for FlowError {
    fn from(error: countersign_solana::SignError) -> Self {
        match error {
            countersign_solana::SignError::Paused => Self::Paused,
            error => Self::SignCosign(error),
        }
    }
}

impl From<countersign_bitcoin::SignError> for FlowError {
    fn from(error: countersign_bitcoin::SignError) -> Self {
        match error {
            countersign_bitcoin::SignError::Paused => Self::Paused,
            error => Self::SignPsbt(error),
        }
    }
}

impl From<ReserveError> for FlowError {
    fn from(error: ReserveError) -> Self {
        match error {
            ReserveError::Paused => Self::Paused,
            ReserveError::Refused(refusal) => Self::Refused { step: Step::Reserve, refusal },
            ReserveError::Ledger(error) => Self::Ledger(error),
            // `ReserveError` may grow; whatever else it says, nothing was reserved.
            _ => Self::Ledger(LedgerError::Unavailable("it did not reserve")),
        }
    }
}

impl From<SignError> for FlowError {
    fn from(error: SignError) -> Self {
        match error {
            SignError::Paused => Self::Paused,
            error => Self::Sign(error),
        }
    }
}
