//! `countersign swap`: a swap from its request to its end.

mod batch;
mod interrupt;
mod journalled;
mod report;
mod subject;

use countersign::approval::excerpt;
use countersign::{Event, LiveApproval, Status, SwapOutcome, TrackOptions};

use serde::Serialize;

use super::block_on;
use crate::arguments::Swap;
use crate::connection::SetupError;
use crate::exit::{Approval, Ended, Failure};
use crate::{journal, output};
pub(crate) use batch::LineError;
use interrupt::Stopped;
use report::Report;
pub(crate) use report::{Balance, Balances, Execution};
use subject::{Keeping, Subject};

pub(crate) fn run(arguments: &Swap) -> Result<Ended, Failure> {
    block_on(async {
        if let Some(path) = &arguments.batch {
            return batch::run(arguments, path).await;
        }
        match journal::if_named(arguments).await? {
            Some(journal) => {
                let ended = journalled::run(arguments, journal.store()).await;
                journal.close().await;
                ended
            }
            None if arguments.key.is_some() => Err(SetupError::KeyWithoutJournal.into()),
            None => alone(arguments).await,
        }
    })
}

/// Runs a swap whose history is kept nowhere.
async fn alone(arguments: &Swap) -> Result<Ended, Failure> {
    let subject = Subject::new(arguments, Keeping::default()).await?;
    let ended = swap(arguments, &subject).await;
    subject.place.end().await;
    ended
}

async fn swap(arguments: &Swap, subject: &Subject) -> Result<Ended, Failure> {
    let options = TrackOptions { deadline: arguments.timeout, ..TrackOptions::default() };
    prepare(arguments, subject).await?;
    let Subject { countersign, request, place } = subject;
    let before = place.balances(request);
    let balances = || place.change(before.clone(), request);
    match interrupt::swap(countersign, request, options).await {
        Stopped::AtEnd(Ok(outcome)) => Ok(finish(arguments, subject, &outcome, balances())),
        Stopped::AtEnd(Err(error)) => {
            Err(Failure::Flow { error, balances: balances().map(Box::new) })
        }
        Stopped::BeforeSigning => interrupted(arguments, None),
        Stopped::AfterApproval(approval) => interrupted(arguments, Some(&approval)),
    }
}

/// Runs the earlier swap that a lie about it needs.
#[cfg(feature = "sandbox")]
async fn prepare(arguments: &Swap, subject: &Subject) -> Result<(), Failure> {
    if arguments.hostile.tamper == Some(countersign_sandbox::Tamper::NonceAlreadyUsed) {
        output::say(format_args!("an earlier swap, whose nonce will be handed out again"));
        let options = TrackOptions { deadline: arguments.timeout, ..TrackOptions::default() };
        subject.countersign.swap(&subject.request, options, |_| {}).await?;
    }
    Ok(())
}

#[cfg(not(feature = "sandbox"))]
fn prepare(_: &Swap, _: &Subject) -> std::future::Ready<Result<(), Failure>> {
    std::future::ready(Ok(()))
}

/// A swap that Ctrl-C ended, as `--json` shows it.
#[derive(Serialize)]
struct Interrupted {
    error: &'static str,
    approval: Option<Approval>,
}

fn interrupted(arguments: &Swap, approval: Option<&LiveApproval>) -> Result<Ended, Failure> {
    match approval {
        None => output::say(format_args!("interrupted, nothing was signed")),
        Some(approval) => output::say(format_args!(
            "interrupted; the approval is out, the swap goes on: countersign status {}",
            approval.intent_id
        )),
    }
    if arguments.json {
        let approval = approval.map(Approval::from);
        output::json(&Interrupted { error: "interrupted", approval })?;
    }
    Ok(Ended::Interrupted)
}

fn finish(
    arguments: &Swap,
    subject: &Subject,
    outcome: &SwapOutcome,
    balances: Option<Balances>,
) -> Ended {
    let report = Report::new(outcome, balances, subject.place.executions());
    let written = if arguments.json { output::json(&report) } else { report.print() };
    if let Err(error) = written {
        // The swap was made all the same: it must not look like one that may be tried again.
        output::say(format_args!("error: {error}; intent {} was approved", outcome.intent_id));
        return Ended::NotFinished;
    }
    let finished = outcome.status.status == Status::Finished;
    if finished { Ended::Done } else { Ended::NotFinished }
}

/// Writes an event as a line of progress.
pub(crate) fn tell(event: &Event<'_>) {
    match event {
        Event::Opened { swap_id } => output::say(format_args!("journal   swap {swap_id}")),
        Event::Refunded { txid } => output::say(format_args!("refunded  by {}", excerpt(txid))),
        Event::Offered { summary } => output::say(format_args!("quoted    {summary}")),
        Event::Created { intent_id } => {
            output::say(format_args!("created   intent {}", excerpt(intent_id)));
        }
        Event::Allowed { change } => {
            let (amount, block) = (change.amount, change.block);
            let tx = output::hex(&change.transaction);
            output::say(format_args!("allowed   {amount} base units, {tx} in block {block}"));
        }
        Event::Verified { statement } => {
            output::say(format_args!(
                "verified  {}",
                statement.to_string().replace('\n', "\n        ")
            ));
        }
        Event::Signed { .. } => {
            output::say(format_args!("signed    and checked against our own key"));
        }
        Event::Cancelling { step } => {
            output::say(format_args!("cancel    {}", output::shown(step)));
        }
        Event::Status(seen) => {
            let tx = seen.payout_tx.as_ref().or(seen.deposit_tx.as_ref());
            let tx = tx.map(|tx| format!("  {}", excerpt(tx))).unwrap_or_default();
            output::say(format_args!("status    {}{tx}", seen.status));
        }
        _ => {}
    }
}
