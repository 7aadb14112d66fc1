//! Why a transaction is not valid, in Bitcoin Core's words.

/// Why a transaction did not enter the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Rejected {
    #[error("bad-txns-vin-empty")]
    NoInputs,
    #[error("bad-txns-vout-empty")]
    NoOutputs,
    #[error("bad-txns-txouttotal-toolarge")]
    OutputsTooLarge,
    #[error("bad-txns-inputs-duplicate")]
    DoubledInput,
    #[error("dust")]
    Dust,
    #[error("Transaction outputs already in utxo set")]
    Known,
    #[error("non-final")]
    NotFinal,
    #[error("non-BIP68-final")]
    NotFinalInput,
    #[error("bad-txns-inputs-missingorspent")]
    MissingOrSpent,
    #[error("bad-txns-in-belowout")]
    BelowOutputs,
    /// The engine says no more than that.
    #[error("mandatory-script-verify-flag-failed (input {input})")]
    Script {
        /// The number of the input.
        input: usize,
    },
}
