//! `countersign resume`: each open swap, carried on as far as it goes now.

use std::sync::Arc;
use std::time::Duration;

use countersign::WorkerOptions;
use countersign::approval::SwapId;
use serde::Serialize;

use super::block_on;
use super::driven::{self, Tally};
use super::setting::{self, Live, Over, Setting};
use super::swap::tell;
use super::swaps::{api_of, find};
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
        let ended = match &arguments.swap {
            Some(swap) => resume_one(arguments, &journal, swap).await,
            None => resume_all(arguments, &journal).await,
        };
        journal.close().await;
        ended
    })
}

/// Sets up a worker that carries swaps on, each by its own API; it stays with one that waits for so long
/// at most.
pub(super) async fn crew(
    means: &Means,
    journal: &Journal,
    stay: Option<Duration>,
) -> Result<Crew, Failure> {
    let default = options(Duration::MAX)?;
    let hold = stay.unwrap_or(default.hold);
    crew_with(means, journal, Over::All, WorkerOptions { hold, ..default }).await
}

/// Sets up a worker for one swap of the journal, by the API that it was begun with.
pub(super) async fn crew_for(
    means: &Means,
    journal: &Journal,
    swap_id: SwapId,
    options: WorkerOptions,
) -> Result<Crew, Failure> {
    let api = api_of(journal.store().as_ref(), swap_id).await?;
    crew_with(means, journal, Over::ThatOf(api), options).await
}

async fn crew_with(
    means: &Means,
    journal: &Journal,
    over: Over,
    options: WorkerOptions,
) -> Result<Crew, Failure> {
    let keyring = keyring::if_named(&means.keyring).await?;
    let setting = Setting::live(Live::of(means, keyring.as_ref(), over), None)?;
    let others: Vec<_> = setting.apis.iter().skip(1).map(Arc::clone).collect();
    let refunds = setting::beside_journal(means.refund_dir.as_ref());
    let (flow, _) = setting.build(refunds)?;
    Ok(Crew::new(flow, others, journal.store(), options, &means.auditing)?)
}

async fn resume_one(arguments: &Resume, journal: &Journal, swap: &str) -> Result<Ended, Failure> {
    let swap_id = find(journal.store().as_ref(), swap).await?.swap_id;
    let crew = crew_for(&arguments.means, journal, swap_id, options(arguments.stay)?).await?;
    let resuming = Box::pin(crew.worker.resume_one(swap_id, |event| tell(&event)));
    let Some(done) = crew.run(resuming).await else { return Ok(Ended::Interrupted) };
    let progress = done?;
    let ended = driven::ended(&progress);
    let is_open = !progress.state.is_ended();
    driven::tell(Some(swap_id), None, &Ok(progress), arguments.json)?;
    Ok(if is_open && crew.is_stopping() { Ended::Interrupted } else { ended })
}

async fn resume_all(arguments: &Resume, journal: &Journal) -> Result<Ended, Failure> {
    let crew = crew(&arguments.means, journal, Some(arguments.stay)).await?;
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
