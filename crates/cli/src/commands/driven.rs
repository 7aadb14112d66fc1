//! Swaps of a journal that were driven: what became of them, and how they are shown.

use std::collections::BTreeMap;

use countersign::approval::{Statement, SwapId};
use countersign::journal::{Outcome, State};
use countersign::units::{UnixMillis, UnixSeconds};
use countersign::{Progress, WorkError};
use serde::Serialize;

use crate::arguments::ApiName;
use crate::exit::{self, Ended, Failure};
use crate::output::{self, shown};

/// How far a swap is, as `--json` shows it.
#[derive(Serialize)]
pub(super) struct Shown<'a> {
    swap_id: String,
    key: &'a str,
    state: &'static str,
    intent_id: Option<&'a str>,
    status: Option<String>,
    deposit_tx: Option<&'a str>,
    payout_tx: Option<&'a str>,
    digest: Option<String>,
    /// In Unix seconds; none where time alone does not end the approval, or there is none.
    valid_until: Option<u64>,
    /// Why it ended, or what failed last.
    reason: Option<&'a str>,
    /// When it is worth a look again, where it is open.
    next_at_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<&'a Statement>,
    /// What went wrong just now.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<exit::Report<'a>>,
}

/// A swap that could not be driven, as `--json` shows it.
#[derive(Serialize)]
struct Lost<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    swap_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    code: &'static str,
    error: String,
}

impl<'a> From<&'a Progress> for Shown<'a> {
    fn from(progress: &'a Progress) -> Self {
        let seen = progress.status.as_ref();
        let end = progress.valid_until.map(UnixSeconds::value);
        Self {
            swap_id: progress.swap_id.to_string(),
            key: progress.key.as_str(),
            state: progress.state.as_str(),
            intent_id: progress.intent_id.as_deref(),
            status: seen.map(|seen| seen.status.to_string()),
            deposit_tx: seen.and_then(|seen| seen.deposit_tx.as_deref()),
            payout_tx: seen.and_then(|seen| seen.payout_tx.as_deref()),
            digest: progress.digest.map(|digest| output::hex(&digest)),
            valid_until: end.filter(|end| *end < u64::MAX),
            reason: progress.reason.as_deref(),
            next_at_ms: progress.next.map(UnixMillis::value),
            statement: progress.statement.as_ref(),
            failure: progress.failure.as_ref().map(exit::Report::of),
        }
    }
}

/// Says how a swap ended, for the exit status.
pub(super) fn ended(progress: &Progress) -> Ended {
    match progress.state {
        State::Ended(Outcome::Finished) => Ended::Done,
        State::Ended(Outcome::Refused) => Ended::Refused,
        // Nothing left our hands.
        State::Ended(_) if progress.digest.is_none() => Ended::Failed,
        _ => Ended::NotFinished,
    }
}

/// Writes a swap that was driven as a line, and says more of what went wrong to standard error.
pub(super) fn tell(
    swap_id: Option<SwapId>,
    key: Option<&str>,
    driven: &Result<Progress, WorkError>,
    json: bool,
) -> Result<(), Failure> {
    match driven {
        Ok(progress) if json => output::json_line(&Shown::from(progress)),
        Ok(progress) => output::result(format_args!("{}", line(progress))),
        Err(error) if json => {
            let (code, error) = (error.code(), words(error));
            output::json_line(&Lost { swap_id: swap_id.map(|it| it.to_string()), key, code, error })
        }
        Err(error) => {
            let name = swap_id.map(|it| it.to_string()).or_else(|| key.map(str::to_owned));
            let (name, code) = (name.unwrap_or_default(), error.code());
            output::result(format_args!("{name}  error      {code}: {}", shown(&words(error))))
        }
    }
}

/// Says why a swap was not driven, and what it takes.
fn words(error: &WorkError) -> String {
    match error {
        WorkError::Api { found, .. } if ApiName::named(found).is_some() => format!(
            "{error}; add --api-url {found}=URL and --api-key-file {found}=FILE, or the variables \
             COUNTERSIGN_{name}_URL and COUNTERSIGN_{name}_KEY",
            name = found.to_ascii_uppercase()
        ),
        _ => error.to_string(),
    }
}

fn line(progress: &Progress) -> String {
    let Progress { swap_id, key, state, reason, .. } = progress;
    let reason = reason.as_deref().map(|reason| format!("  {}", shown(reason)));
    let state = state.as_str();
    format!("{swap_id}  {state:<9}  {key}{}", reason.unwrap_or_default())
}

/// What became of many swaps.
#[derive(Default)]
pub(super) struct Tally {
    states: BTreeMap<State, u64>,
    errors: u64,
    worst: Worst,
}

/// The exit statuses in the order in which they win over others.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Worst {
    #[default]
    Done,
    Failed,
    Refused,
    NotFinished,
}

impl Tally {
    pub(super) fn add(&mut self, driven: &Result<Progress, WorkError>) {
        let worst = match driven {
            Ok(progress) => {
                let count = self.states.entry(progress.state).or_default();
                *count = count.saturating_add(1);
                match ended(progress) {
                    Ended::Done => Worst::Done,
                    Ended::Refused => Worst::Refused,
                    Ended::Failed => Worst::Failed,
                    _ => Worst::NotFinished,
                }
            }
            Err(error) => {
                self.errors = self.errors.saturating_add(1);
                // It stands where the journal says, and may be approved.
                let before = matches!(error, WorkError::Flow(_));
                if before || is_conflict(error) { Worst::Failed } else { Worst::NotFinished }
            }
        };
        self.worst = self.worst.max(worst);
    }

    pub(super) const fn ended(&self) -> Ended {
        match self.worst {
            Worst::Done => Ended::Done,
            Worst::Failed => Ended::Failed,
            Worst::Refused => Ended::Refused,
            Worst::NotFinished => Ended::NotFinished,
        }
    }

    /// Says how many swaps are in which state.
    pub(super) fn sum(&self) -> String {
        let states = self.states.iter().map(|(state, count)| (state.as_str(), *count));
        let errors = (self.errors > 0).then_some(("error", self.errors));
        let each: Vec<_> =
            states.chain(errors).map(|(state, count)| format!("{count} {state}")).collect();
        if each.is_empty() { "nothing to do".to_owned() } else { each.join(", ") }
    }
}

const fn is_conflict(error: &WorkError) -> bool {
    matches!(error, WorkError::Journal(countersign::journal::StoreError::KeyTaken { .. }))
}
