use countersign_approval::Refusal;
use countersign_units::Lots;

/// Why a payload or a draft was not verified.
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
    /// A witness type is not a well-formed EIP-712 struct type.
    #[error("terms: witness type: expected {expected}, found {found:?}")]
    WitnessType {
        /// What it had to be.
        expected: &'static str,
        /// The part that is not.
        found: String,
    },
    /// The swap's amount and the permit's are not the same.
    #[error("terms: expected one amount, found {swap} for the swap and {permit} for the permit")]
    Amounts {
        /// What limits and reviews go by.
        swap: Lots,
        /// What would be signed.
        permit: Lots,
    },
    /// The swap's amount and the transaction's are not the same.
    #[error("terms: expected one amount, found {swap} for the swap and {call} for the transaction")]
    CallAmounts {
        /// What limits and reviews go by.
        swap: Lots,
        /// What would be sent, or allowed.
        call: Lots,
    },
    /// What the transaction is to do can't be done.
    #[error("terms: action: expected {expected}")]
    Action {
        /// What it had to be.
        expected: &'static str,
    },
    /// A pinned witness member is not in the witness type, or not of its type.
    #[error("terms: pinned {member}: expected {expected}")]
    Pin {
        /// The path of the member.
        member: String,
        /// What it had to be.
        expected: String,
    },
}
