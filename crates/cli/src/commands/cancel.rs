//! `countersign cancel`: an approval that can still be used, made useless now.

use countersign::journal::{Outcome, State, Summary};
use countersign::{Progress, WorkerOptions};

use super::block_on;
use super::driven;
use super::resume::crew_for;
use super::swap::tell;
use super::swaps::find;
use super::worker::{Crew, options};
use crate::arguments::Cancel;
use crate::exit::{Ended, Failure};
use crate::journal::{CONNECTIONS, Journal, Need};
use crate::output;

pub(crate) fn run(arguments: &Cancel) -> Result<Ended, Failure> {
    block_on(async {
        let means = &arguments.means;
        let journal = Journal::open(&means.journal, Need::Existing, CONNECTIONS).await?;
        let ended = match options(arguments.timeout) {
            Ok(options) => begin(arguments, &journal, options).await,
            Err(error) => Err(error.into()),
        };
        journal.close().await;
        ended
    })
}

async fn begin(
    arguments: &Cancel,
    journal: &Journal,
    options: WorkerOptions,
) -> Result<Ended, Failure> {
    let found = find(journal.store().as_ref(), &arguments.swap).await?;
    let crew = crew_for(&arguments.means, journal, found.swap_id, options).await?;
    cancel(arguments, &crew, &found).await
}

async fn cancel(arguments: &Cancel, crew: &Crew, found: &Summary) -> Result<Ended, Failure> {
    let swap_id = found.swap_id;
    let cancelling = crew.worker.cancel(swap_id, |event| tell(&event));
    let Some(done) = crew.run(Box::pin(cancelling)).await else { return Ok(Ended::Interrupted) };
    let progress = done?;
    let ended = if found.state.is_ended() { before(&progress) } else { ended(&progress) };
    if matches!(ended, Ended::NotFinished) && !progress.state.is_ended() {
        output::say(format_args!(
            "the approval may still be used: go on with the same command, or by `countersign \
             resume`; make no second swap before it is dead"
        ));
    }
    driven::tell(Some(swap_id), None, &Ok(progress), arguments.json)?;
    let stopped = crew.is_stopping() && ended != Ended::Done;
    Ok(if stopped { Ended::Interrupted } else { ended })
}

/// Says how a swap stands that was at its end before anybody wanted to cancel it.
fn before(progress: &Progress) -> Ended {
    match progress.state {
        State::Ended(Outcome::Refused | Outcome::Failed | Outcome::Expired)
            if is_unused(progress) =>
        {
            output::say(format_args!("the swap is at its end; there is nothing to cancel"));
            Ended::Done
        }
        State::Ended(Outcome::Finished | Outcome::Refunded) => {
            output::say(format_args!("the swap is at its end; its approval was used"));
            Ended::Failed
        }
        _ => {
            output::say(format_args!(
                "the swap is at its end and is not cancelled any more; its approval may have been \
                 used, or may still be: look whether funds have left, and can't any more, before \
                 another swap is made"
            ));
            Ended::Failed
        }
    }
}

/// Says whether nothing can come of the swap any more, for the exit status.
fn ended(progress: &Progress) -> Ended {
    match progress.state {
        State::Ended(Outcome::Failed) if is_unused(progress) => Ended::Done,
        _ => Ended::NotFinished,
    }
}

/// Says whether nothing was signed, or what was is proven to be dead and unused.
const fn is_unused(progress: &Progress) -> bool {
    progress.digest.is_none() || progress.released
}
