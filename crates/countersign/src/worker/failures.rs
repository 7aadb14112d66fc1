//! What fails on the way and may go well later: bounded, however long it lasts.

use std::collections::BTreeMap;
use std::time::Duration;

use countersign_journal::{Answer, Label, Note, Verdict, What};
use countersign_units::UnixMillis;

use super::later;
use crate::Step;

/// The step of coins that come back, which the flow itself has not.
pub(super) const REFUND: &str = "refund";
/// The step of an approval that is made useless before its time.
pub(super) const CANCEL: &str = "cancel";

/// The step of a deposit between its signature and its block.
pub(super) const DEPOSIT: &str = "deposit";

/// What failed last, and how often what failed.
#[derive(Clone, Debug, Default)]
pub(super) struct Failures {
    /// The step and what was said, unless it was made good since.
    last: Option<(Label, Note)>,
    /// How often something failed in a way, by its step and its code, and when that was written last.
    times: BTreeMap<(Label, Label), (u32, UnixMillis)>,
}

impl Failures {
    /// Says what failed last, and was not made good since.
    pub(super) fn last(&self) -> Option<&Note> {
        self.last.as_ref().map(|(_, message)| message)
    }

    /// Adds what happened: a failure, or what makes one good.
    pub(super) fn add(&mut self, what: &What, at: UnixMillis) {
        match what {
            What::Failed { step, code, message } => {
                let kind = (step.clone(), code.clone());
                let (times, last) = self.times.entry(kind).or_insert((0, at));
                (*times, *last) = (times.saturating_add(1), at);
                self.last = Some((step.clone(), message.clone()));
            }
            What::Created(_) | What::Reserved(_) => self.last = None,
            What::Judged(judgement) if matches!(judgement.verdict, Verdict::Passed { .. }) => {
                self.made_good(Step::Verify.as_str());
            }
            What::Answered(Answer::Taken) => self.made_good(Step::Approve.as_str()),
            What::Status { status, .. } => {
                self.made_good(Step::Track.as_str());
                if status.as_str() != countersign_api_types::defi::Status::Created.name() {
                    self.made_good(Step::Approve.as_str());
                }
            }
            What::Refund(_) => self.made_good(REFUND),
            What::Cancel(_) => self.made_good(CANCEL),
            What::Dead(_) => self.made_good(DEPOSIT),
            _ => {}
        }
    }

    /// Remembers a failure that is not written again.
    pub(super) fn set(&mut self, step: Label, message: Note) {
        self.last = Some((step, message));
    }

    /// Says whether a failure is worth an entry: the first of its kind is, and then ever more seldom,
    /// so that one that lasts for days is a few entries.
    pub(super) fn is_news(&self, step: &Label, code: &Label, now: UnixMillis) -> bool {
        const PAUSE: Duration = Duration::from_secs(1);
        const LONGEST: u32 = 16;
        let known = self.times.get(&(step.clone(), code.clone()));
        known.is_none_or(|(times, last)| {
            let doubled = 1_u32.checked_shl((*times).min(LONGEST)).unwrap_or(u32::MAX);
            now >= later(*last, PAUSE.saturating_mul(doubled))
        })
    }

    fn made_good(&mut self, step: &str) {
        self.last = self.last.take().filter(|(failed, _)| failed.as_str() != step);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(step: &str, code: &str) -> What {
        let [step, code] = [step, code].map(|name| Label::new(name).unwrap());
        What::Failed { step, code, message: Note::whole("away") }
    }

    #[test]
    fn what_fails_for_a_month_is_a_few_entries() {
        const MONTH: u64 = 30 * 24 * 3_600;
        let (mut failures, mut entries) = (Failures::default(), 0);
        let [step, code] = ["verify", "chain"].map(|name| Label::new(name).unwrap());
        for second in (0..MONTH).step_by(5) {
            let now = UnixMillis::new(second * 1_000);
            if failures.is_news(&step, &code, now) {
                failures.add(&failed("verify", "chain"), now);
                entries += 1;
            }
        }
        assert!((15..=60).contains(&entries), "{entries} entries");
        let other = Label::new("paused").unwrap();
        assert!(failures.is_news(&step, &other, UnixMillis::new(MONTH * 1_000)));
    }

    #[test]
    fn what_was_made_good_is_no_reason_any_more() {
        let (mut failures, at) = (Failures::default(), UnixMillis::new(1));
        failures.add(&failed("approve", "io"), at);
        assert_eq!(failures.last(), Some(&Note::whole("away")));
        let status = |name: &str| {
            let status = Label::new(name).unwrap();
            What::Status { status, deposit_tx: None, payout_tx: None }
        };
        failures.add(&status("Created"), at);
        assert!(failures.last().is_some());
        failures.add(&status("Approved"), at);
        assert_eq!(failures.last(), None);
        failures.add(&failed("refund", "declined"), at);
        failures.add(&status("Expired"), at);
        failures.add(&What::Answered(Answer::Taken), at);
        assert!(failures.last().is_some());
    }
}
