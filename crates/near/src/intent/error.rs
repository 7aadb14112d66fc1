use countersign_approval::{IntentStandard, Refusal};
use countersign_units::Lots;

/// Why an intent was not verified.
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
    /// The swap's amount and the intent's are not the same.
    #[error("terms: expected one amount, found {swap} for the swap and {intent} for the intent")]
    Amounts {
        /// What limits and reviews go by.
        swap: Lots,
        /// What would be signed.
        intent: Lots,
    },
    /// The key can't sign by the standard.
    #[error("terms: expected a key that signs by {}, found one of another kind", standard.as_str())]
    Key {
        /// The standard.
        standard: IntentStandard,
    },
}
