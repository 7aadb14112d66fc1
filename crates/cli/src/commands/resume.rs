//! `countersign resume`: each open swap, carried on as far as it goes now.

use std::time::Duration;

use countersign::WorkerOptions;
use serde::Serialize;

use super::block_on;
use super::driven::{self, Tally};
use super::setting::{self, Live, Setting};
use super::worker::{Crew, options};
use crate::arguments::{Means, Resume};
use crate::exit::{Ended, Failure};
use crate::journal::{CONNECTIONS, Journal, Need};
use crate::{keyring, output};

/// The last line, as `--json` shows it.
#[derive(Serialize)]
struct Sum {
    sum: String,
}

pub(crate) fn run(arguments: &Resume) -> Result<Ended, Failure> {
    block_on(async {
        let means = &arguments.means;
        let journal = Journal::open(&means.journal, Need::Existing, CONNECTIONS).await?;
        let ended = match crew(means, &journal, Some(arguments.stay)).await {
            Ok(crew) => resume(arguments, &crew).await,
            Err(error) => Err(error),
        };
        journal.close().await;
        ended
    })
}

/// Sets up a worker that carries swaps on; it stays with one that waits for so long at most.
pub(super) async fn crew(
    means: &Means,
    journal: &Journal,
    stay: Option<Duration>,
) -> Result<Crew, Failure> {
    let default = options(Duration::MAX)?;
    let hold = stay.unwrap_or(default.hold);
    crew_with(means, journal, WorkerOptions { hold, ..default }).await
}

/// Sets up a worker by some options.
pub(super) async fn crew_with(
    means: &Means,
    journal: &Journal,
    options: WorkerOptions,
) -> Result<Crew, Failure> {
    let keyring = keyring::if_named(&means.keyring).await?;
    let setting = Setting::live(Live::of(means, keyring.as_ref()), None)?;
    let refunds = setting::beside_journal(means.refund_dir.as_ref());
    let (flow, _) = setting.build(refunds)?;
    Ok(Crew::new(flow, journal.store(), options, &means.auditing)?)
}

async fn resume(arguments: &Resume, crew: &Crew) -> Result<Ended, Failure> {
    let (mut tally, mut written) = (Tally::default(), Ok(()));
    let carrying = crew.worker.resume(arguments.workers.get(), |swap_id, driven| {
        tally.add(driven);
        if written.is_ok() {
            written = driven::tell(Some(swap_id), None, driven, arguments.json);
        }
    });
    let done = crew.run(carrying).await;
    let stopped = done.is_none() || crew.is_stopping();
    if let Some(Err(error)) = done {
        return Err(error.into());
    }
    written?;
    let sum = tally.sum();
    if arguments.json {
        output::json_line(&Sum { sum })?;
    } else {
        output::result(format_args!("{sum}"))?;
    }
    if stopped {
        return Ok(Ended::Interrupted);
    }
    // Those that others hold, or that wait for their time, were not looked after here.
    let counts = crew.worker.store().count().await?;
    let open: u64 = counts.iter().filter(|(state, _)| !state.is_ended()).map(|(_, n)| n).sum();
    if open > 0 {
        output::say(format_args!("{open} still open in the journal"));
        return Ok(Ended::NotFinished);
    }
    Ok(tally.ended())
}
