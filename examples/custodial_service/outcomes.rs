//! What became of the orders.

use std::collections::BTreeMap;
use std::fmt;

use countersign::approval::Code;
use countersign::journal::{Label, Outcome, State};
use countersign::{FlowError, Progress};

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Finished,
    /// It is more than policy lets one swap move.
    OverTheLimit,
    /// A person declined it.
    Declined,
    /// It is not at its end, or at another one.
    Else(State),
}

/// What became of each order, by its key.
#[derive(Default)]
pub(crate) struct Outcomes(BTreeMap<String, Verdict>);

impl Outcomes {
    /// Notes how far a swap is.
    pub(crate) fn note(&mut self, progress: &Progress) {
        let verdict = self.0.entry(progress.key.to_string()).or_insert(Verdict::of(progress));
        // Who asked second may have seen less of it.
        if !verdict.is_end() {
            *verdict = Verdict::of(progress);
        }
    }

    pub(crate) fn get(&self, key: &Label) -> Option<&Verdict> {
        self.0.get(key.as_str())
    }

    /// Counts those that are not at their end.
    pub(crate) fn open(&self) -> usize {
        self.0.values().filter(|verdict| !verdict.is_end()).count()
    }
}

impl Verdict {
    fn of(progress: &Progress) -> Self {
        match (progress.state, &progress.failure) {
            (State::Ended(Outcome::Finished), _) => Self::Finished,
            (State::Ended(_), Some(FlowError::Refused { refusal, .. }))
                if refusal.has(Code::Limits) =>
            {
                Self::OverTheLimit
            }
            (State::Ended(_), Some(FlowError::NotApproved(_))) => Self::Declined,
            (state, _) => Self::Else(state),
        }
    }

    const fn is_end(&self) -> bool {
        matches!(self, Self::Finished | Self::OverTheLimit | Self::Declined)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finished => formatter.write_str("finished"),
            Self::OverTheLimit => formatter.write_str("over the limit"),
            Self::Declined => formatter.write_str("declined"),
            Self::Else(state) => write!(formatter, "{state}"),
        }
    }
}
