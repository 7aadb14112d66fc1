//! A swap whose history is in a journal: the same key is the same swap.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use countersign::approval::SwapId;
use countersign::journal::{Label, Store};
use countersign::{Event, Progress, WorkError};
use serde::Serialize;

use super::report::{Balances, Execution};
use super::subject::{Keeping, Subject};
use super::{prepare, tell};
use crate::arguments::{ApiName, Swap};
use crate::commands::driven::{self, Shown};
use crate::commands::setting::Place;
use crate::commands::swaps::api_of;
use crate::commands::worker::{Crew, options};
use crate::connection::SetupError;
use crate::exit::{self, Ended, Failure};
use crate::output;

/// The result of a swap, as `--json` shows it.
#[derive(Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    progress: Shown<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    balances: Option<Balances>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    executions: Vec<Execution>,
}

pub(super) async fn run(arguments: &Swap, store: Arc<dyn Store>) -> Result<Ended, Failure> {
    let key = idempotency_key(arguments)?;
    let begun_with =
        if arguments.choosing.best { begun_with(store.as_ref(), &key).await? } else { None };
    let subject = Subject::new(arguments, Keeping { with_journal: true, begun_with }).await?;
    prepare(arguments, &subject).await?;
    let Subject { countersign, request, place } = subject;
    let options = options(arguments.timeout)?;
    let crew = Crew::new(countersign, [], store, options, &arguments.auditing)?;
    let before = place.balances(&request);
    let begun = AtomicBool::new(false);
    let driving = Box::pin(crew.worker.swap(&key, &request, |event| {
        begun.fetch_or(matches!(event, Event::Opened { .. }), Ordering::Relaxed);
        tell(&event);
    }));
    let ended = match crew.run(driving).await {
        Some(Ok(progress)) => {
            let balances = place.change(before, &request);
            finish(arguments, &progress, (&place, balances), crew.is_stopping())
        }
        Some(Err(error)) => {
            output::say(format_args!("key       {key}"));
            let is_begun = begun.load(Ordering::Relaxed) && !matches!(error, WorkError::Flow(_));
            Err(if is_begun { Failure::InHand(error) } else { error.into() })
        }
        None => Ok(Ended::Interrupted),
    };
    place.end().await;
    ended
}

/// Says which API a swap was begun with, where it was begun.
async fn begun_with(store: &dyn Store, key: &Label) -> Result<Option<ApiName>, Failure> {
    let Some(found) = store.find(key).await? else { return Ok(None) };
    api_of(store, found.swap_id).await.map(Some)
}

/// Takes the caller's name of the swap, or makes one up and says it.
fn idempotency_key(arguments: &Swap) -> Result<Label, SetupError> {
    let made_up = || {
        let key = SwapId::generate().to_string();
        output::say(format_args!("key       {key}"));
        key
    };
    let key = arguments.key.clone().unwrap_or_else(made_up);
    Label::new(key).map_err(SetupError::IdempotencyKey)
}

fn finish(
    arguments: &Swap,
    progress: &Progress,
    (place, balances): (&Place, Option<Balances>),
    is_stopped: bool,
) -> Result<Ended, Failure> {
    if let Some(error) = &progress.failure {
        exit::explain_flow(error);
    }
    let ended = driven::ended(progress);
    let is_open = !progress.state.is_ended();
    if is_open {
        let (state, key) = (progress.state, &progress.key);
        output::say(format_args!(
            "swap {} is {state}; it is carried on by --key {key}, or by countersign resume",
            progress.swap_id
        ));
    }
    let report =
        Report { progress: Shown::from(progress), balances, executions: place.executions() };
    let written = if arguments.json { output::json(&report) } else { report.print(progress) };
    match written {
        Err(error) if progress.digest.is_some() => {
            // The swap was made all the same: it must not look like one that may be tried again.
            output::say(format_args!("error: {error}; swap {} was approved", progress.swap_id));
            Ok(Ended::NotFinished)
        }
        Err(error) => Err(error),
        Ok(()) if is_open && is_stopped => Ok(Ended::Interrupted),
        Ok(()) => Ok(ended),
    }
}

impl Report<'_> {
    /// Writes the result for people.
    fn print(&self, progress: &Progress) -> Result<(), Failure> {
        super::report::print_changes(&self.executions, self.balances.as_ref())?;
        let reason = progress.reason.as_deref().map(|reason| format!(": {reason}"));
        let reason = output::shown(&reason.unwrap_or_default());
        output::result(format_args!("{}{reason}", progress.state))
    }
}
