use countersign_approval::{Fact, Statement, Violation};
use serde::Serialize;

/// The answer to one line.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    id: String,
    #[serde(flatten)]
    outcome: Outcome,
}

/// What a verdict says.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a caller must tell these three apart")]
pub enum Outcome {
    /// The payload is what was agreed.
    Sign {
        /// What would be signed.
        digest: Digest,
        /// What a signature would allow.
        statement: Statement,
        /// The facts that were not given.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        not_judged: Vec<Fact>,
    },
    /// The payload is not what was agreed.
    Refuse {
        /// Why: at least one.
        violations: Vec<Violation>,
        /// The facts that were not given.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        not_judged: Vec<Fact>,
    },
    /// The line itself can't be read. Never used for a bad payload.
    Invalid {
        /// Which member, and what was expected.
        error: String,
    },
}

/// What would be signed, in hex.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[expect(clippy::exhaustive_enums, reason = "a chain signs one thing or many")]
pub enum Digest {
    /// One digest: `0x` and hex digits.
    One(String),
    /// The sighash of each input to sign, in the order of the inputs.
    Each(Vec<String>),
}

impl Digest {
    /// Writes one digest for each input.
    pub(super) fn each(digests: &[[u8; 32]]) -> Self {
        let hex = |digest: &[u8; 32]| format!("0x{}", hex::encode(digest));
        Self::Each(digests.iter().map(hex).collect())
    }
}

impl Verdict {
    /// Answers a line that could not even be read: it is too long, or no text.
    pub fn unreadable(error: &str) -> Self {
        Self::new("", Outcome::Invalid { error: format!("line: {error}") })
    }

    pub(super) fn new(id: &str, outcome: Outcome) -> Self {
        Self { id: id.to_owned(), outcome }
    }

    /// Returns the id of the line.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns what the verdict says.
    pub const fn outcome(&self) -> &Outcome {
        &self.outcome
    }
}
