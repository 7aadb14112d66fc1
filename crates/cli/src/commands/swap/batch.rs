//! `countersign swap --batch`: many swaps, so many at once, as often as it takes.

mod line;
mod meter;

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use countersign::journal::{Label, Store};
use countersign::{Progress, SwapRequest, WorkError};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;

use super::subject::live;
use crate::arguments::Swap;
use crate::commands::driven::{self, Tally};
use crate::commands::setting::{self, Setting};
use crate::commands::worker::{Crew, options};
use crate::connection::SetupError;
use crate::exit::{Ended, Failure};
use crate::journal::{self, Journal};
use crate::keyring;
use crate::output::{self, shown};
pub(crate) use line::LineError;
use meter::Meter;

/// One swap of a batch.
pub(super) struct Errand {
    key: Label,
    request: SwapRequest,
}

pub(super) async fn run(arguments: &Swap, path: &Path) -> Result<Ended, Failure> {
    let lines = line::read(path)?;
    let setting = set_up(arguments).await?;
    let errands = line::errands(&lines, &setting, arguments)?;
    setting.fund(errands.iter().map(|errand| &errand.request))?;
    let (journal, _folder) = open(arguments).await?;
    let (flow, place) = setting.build(setting::beside_journal(arguments.refund_dir.as_ref()))?;
    let ended = drive(arguments, errands, (flow, journal.store())).await;
    journal.close().await;
    place.end().await;
    ended
}

async fn set_up(arguments: &Swap) -> Result<Setting, Failure> {
    #[cfg(feature = "sandbox")]
    if arguments.sandbox {
        return Setting::sandbox_for_all(arguments).await;
    }
    let keyring = keyring::if_named(&arguments.keyring).await?;
    Ok(Setting::live(live(arguments, keyring.as_ref())?, None)?)
}

/// A folder that is gone with this value.
#[cfg(feature = "sandbox")]
type Passing = Option<tempfile::TempDir>;
#[cfg(not(feature = "sandbox"))]
type Passing = ();

/// Opens the journal. That of a sandbox ends with it, where none is named.
async fn open(arguments: &Swap) -> Result<(Journal, Passing), Failure> {
    if let Some(journal) = journal::if_named(arguments).await? {
        return Ok((journal, Passing::default()));
    }
    #[cfg(feature = "sandbox")]
    if arguments.sandbox {
        let folder = tempfile::tempdir().map_err(Failure::io("a folder for the journal"))?;
        let journal = Journal::in_file(&folder.path().join("journal.db")).await?;
        return Ok((journal, Some(folder)));
    }
    Err(SetupError::NoJournal.into())
}

async fn drive(
    arguments: &Swap,
    errands: Vec<Errand>,
    (flow, store): (countersign::Countersign, Arc<dyn Store>),
) -> Result<Ended, Failure> {
    let crew = Crew::new(flow, [], store, options(arguments.timeout)?, &arguments.auditing)?;
    let keys: Vec<Label> = errands.iter().map(|errand| errand.key.clone()).collect();
    let mut results = Results::new(arguments, keys);
    let all = crew.run(all(arguments, &crew, errands, &mut results)).await;
    let is_whole = results.meter.is_full();
    let ended = results.finish()?;
    let is_cut_short = crew.is_stopping() && ended == Ended::NotFinished;
    if is_whole && all.is_some() && !is_cut_short {
        return Ok(ended);
    }
    output::say(format_args!("interrupted; the same command goes on where this one stopped"));
    Ok(Ended::Interrupted)
}

/// Runs all swaps, so many at once. Those that are not begun when it is to stop are not.
async fn all(arguments: &Swap, crew: &Crew, errands: Vec<Errand>, results: &mut Results<'_>) {
    let mut errands = errands.into_iter();
    let mut at_work = FuturesUnordered::new();
    loop {
        while at_work.len() < arguments.concurrency.get() && !crew.is_stopping() {
            let Some(errand) = errands.next() else { break };
            results.begun.insert(errand.key.clone());
            at_work.push(async move {
                let done = Box::pin(crew.worker.swap(&errand.key, &errand.request, |_| {})).await;
                (errand.key, done)
            });
        }
        let Some((key, done)) = at_work.next().await else { return };
        results.take(key, done);
    }
}

/// What became of the swaps so far.
struct Results<'a> {
    arguments: &'a Swap,
    /// The keys in the order of the lines.
    keys: Vec<Label>,
    begun: HashSet<Label>,
    done: HashMap<Label, Result<Progress, WorkError>>,
    tally: Tally,
    meter: Meter,
    written: Result<(), Failure>,
}

impl<'a> Results<'a> {
    fn new(arguments: &'a Swap, keys: Vec<Label>) -> Self {
        let meter = Meter::new(keys.len());
        let (begun, done, tally) = (HashSet::new(), HashMap::new(), Tally::default());
        Self { arguments, keys, begun, done, tally, meter, written: Ok(()) }
    }

    fn take(&mut self, key: Label, done: Result<Progress, WorkError>) {
        self.tally.add(&done);
        if self.arguments.json && self.written.is_ok() {
            let tell = || driven::tell(None, Some(key.as_str()), &done, true);
            self.written = self.meter.beside(tell);
        }
        let state = done.as_ref().map_or("error", |progress| progress.state.as_str());
        self.meter.count(&key, state, &self.tally.sum());
        self.done.insert(key, done);
    }

    /// Writes what became of each swap, in the order of the lines.
    fn finish(self) -> Result<Ended, Failure> {
        self.meter.end();
        self.written?;
        if !self.arguments.json {
            let row = |key: &Label| row(key, self.begun.contains(key), self.done.get(key));
            let rows: Vec<_> = self.keys.iter().map(row).collect();
            output::table(["KEY", "ID", "STATE", "WHY"], &rows)?;
            output::result(format_args!("{}", self.tally.sum()))?;
        }
        Ok(self.tally.ended())
    }
}

fn row(key: &Label, is_begun: bool, done: Option<&Result<Progress, WorkError>>) -> [String; 4] {
    let key = key.to_string();
    match done {
        Some(Ok(progress)) => {
            let why = shown(progress.reason.as_deref().unwrap_or_default());
            [key, progress.swap_id.to_string(), progress.state.to_string(), why]
        }
        Some(Err(error)) => {
            [key, String::new(), error.code().to_owned(), shown(&error.to_string())]
        }
        None if is_begun => {
            let why = "it may be approved: the same command goes on with it".to_owned();
            [key, String::new(), "in hand".to_owned(), why]
        }
        None => [key, String::new(), "not begun".to_owned(), String::new()],
    }
}
