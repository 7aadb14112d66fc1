//! `countersign swap`: a swap from its request to its end.

mod interrupt;
mod report;
mod subject;

use countersign::approval::excerpt;
use countersign::{Event, Status, SwapOutcome, TrackOptions};

use serde::Serialize;

use super::block_on;
use crate::arguments::Swap;
use crate::exit::{Ended, Failure};
use crate::output;
use interrupt::Stopped;
pub(crate) use report::Balances;
use report::Report;
use subject::Subject;

pub(crate) fn run(arguments: &Swap) -> Result<Ended, Failure> {
    block_on(async {
        let subject = Subject::new(arguments).await?;
        let ended = swap(arguments, &subject).await;
        subject.end().await;
        ended
    })
}

async fn swap(arguments: &Swap, subject: &Subject) -> Result<Ended, Failure> {
    let options = TrackOptions { deadline: arguments.timeout, ..TrackOptions::default() };
    subject.prepare(arguments, options).await?;
    let before = subject.balances();
    let balances = || subject.change(before.clone());
    match interrupt::swap(&subject.countersign, &subject.request, options).await {
        Stopped::AtEnd(Ok(outcome)) => finish(arguments, subject, &outcome, balances()),
        Stopped::AtEnd(Err(error)) => {
            Err(Failure::Flow { error, balances: balances().map(Box::new) })
        }
        Stopped::BeforeSigning => interrupted(arguments, None),
        Stopped::AfterApproval { intent_id } => interrupted(arguments, Some(&intent_id)),
    }
}

/// A swap that Ctrl-C ended, as `--json` shows it.
#[derive(Serialize)]
struct Interrupted<'a> {
    error: &'static str,
    approved: bool,
    intent_id: Option<&'a str>,
}

fn interrupted(arguments: &Swap, approved: Option<&str>) -> Result<Ended, Failure> {
    match approved {
        None => output::say(format_args!("interrupted, nothing was signed")),
        Some(intent_id) => output::say(format_args!(
            "interrupted; the approval is out, the swap goes on: countersign status {intent_id}"
        )),
    }
    if arguments.json {
        let (error, approved, intent_id) = ("interrupted", approved.is_some(), approved);
        output::json(&Interrupted { error, approved, intent_id })?;
    }
    Ok(Ended::Interrupted)
}

fn finish(
    arguments: &Swap,
    subject: &Subject,
    outcome: &SwapOutcome,
    balances: Option<Balances>,
) -> Result<Ended, Failure> {
    let report = Report::new(outcome, balances, subject.executions());
    if arguments.json { output::json(&report) } else { report.print() }?;
    let finished = outcome.status.status == Status::Finished;
    Ok(if finished { Ended::Done } else { Ended::NotFinished })
}

/// Writes an event as a line of progress.
pub(crate) fn tell(event: &Event<'_>) {
    match event {
        Event::Offered { summary } => output::say(format_args!("quoted    {summary}")),
        Event::Created { intent_id } => {
            output::say(format_args!("created   intent {}", excerpt(intent_id)));
        }
        Event::Verified { statement } => {
            output::say(format_args!(
                "verified  {}",
                statement.to_string().replace('\n', "\n        ")
            ));
        }
        Event::Signed { .. } => output::say(format_args!("signed    and recovered to the owner")),
        Event::Status(seen) => {
            let tx = seen.payout_tx.as_ref().or(seen.deposit_tx.as_ref());
            let tx = tx.map(|tx| format!("  {}", excerpt(tx))).unwrap_or_default();
            output::say(format_args!("status    {}{tx}", seen.status));
        }
        _ => {}
    }
}
