//! How many passed, failed and were skipped.

use std::fmt;

/// What one or more checks came to. A check that is no test run counts as one.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: u64,
    pub(super) failed: u64,
    /// The names of those that failed, as far as they are known.
    pub(super) failures: Vec<String>,
    pub(super) skipped: Vec<Skip>,
}

/// Something that did not run, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Skip {
    pub(super) what: String,
    pub(super) why: String,
}

impl Tally {
    /// One that passed.
    pub(super) fn passed() -> Self {
        Self { passed: 1, ..Self::default() }
    }

    /// One that failed.
    pub(super) fn failed(what: &str) -> Self {
        Self { failed: 1, failures: vec![what.to_owned()], ..Self::default() }
    }

    /// One that was skipped.
    pub(super) fn skipped(what: &str, why: &str) -> Self {
        let skip = Skip { what: what.to_owned(), why: why.to_owned() };
        Self { skipped: vec![skip], ..Self::default() }
    }

    /// Adds what others came to.
    pub(super) fn add(&mut self, other: &Self) {
        self.passed = self.passed.saturating_add(other.passed);
        self.failed = self.failed.saturating_add(other.failed);
        self.failures.extend(other.failures.iter().cloned());
        self.skipped.extend(other.skipped.iter().cloned());
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { passed, failed, skipped, .. } = self;
        write!(formatter, "{passed} passed, {failed} failed, {} skipped", skipped.len())
    }
}
