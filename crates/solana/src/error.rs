use countersign_approval::{Environment, Refusal};
use countersign_units::{Lots, SolanaAddress, SolanaHash};

/// Why a payload was not verified.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "a caller must tell its own mistake from a refusal")]
pub enum VerifyError {
    /// The payload is not what was agreed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The terms make no sense, so nothing can be compared with them.
    #[error(transparent)]
    Terms(#[from] TermsError),
}

/// Terms that nothing can be compared with: our own mistake, never the counterparty's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TermsError {
    /// The swap's amount and the transfer's are not the same.
    #[error(
        "terms: expected one amount, found {swap} for the swap and {transfer} for the transfer"
    )]
    Amounts {
        /// What limits and reviews go by.
        swap: Lots,
        /// What would be signed.
        transfer: Lots,
    },
    /// Our key would not sign.
    #[error("terms: required_signers: expected the user {user} among them")]
    UserSignsNot {
        /// Our key.
        user: SolanaAddress,
    },
    /// Whoever pays the fee would not sign.
    #[error("terms: required_signers: expected the fee payer {fee_payer} among them")]
    FeePayerSignsNot {
        /// Who was promised to pay.
        fee_payer: SolanaAddress,
    },
    /// A signer stands twice among those that must sign.
    #[error("terms: required_signers: expected each once, found {signer} twice")]
    SignerTwice {
        /// The signer.
        signer: SolanaAddress,
    },
    /// The environment and the cluster do not belong together.
    #[error("terms: expected a cluster of the {environment} environment, found {genesis_hash}")]
    Cluster {
        /// Where the swap takes place.
        environment: Environment,
        /// The hash of the cluster's first block.
        genesis_hash: SolanaHash,
    },
    /// Nothing would move.
    #[error("terms: action: expected an amount, found none")]
    Nothing,
    /// What would be paid is ours, a mint, or a program.
    #[error("terms: action.to: expected a wallet of another, found {to}")]
    NoWallet {
        /// What would be paid.
        to: SolanaAddress,
    },
    /// A program that moves no tokens would move them.
    #[error("terms: action.program: expected a token program, found {program}")]
    NoTokenProgram {
        /// The program.
        program: SolanaAddress,
    },
    /// The transfer can't be written as a transaction.
    #[error("terms: expected a transfer that fits into a transaction: {0}")]
    Unwritable(String),
}
