//! `countersign swaps show`.

use countersign::approval::SwapId;
use countersign::journal::{
    Entry, Head, Request, State, StatementRecord, Store, StoreError, Verdict, What, derive,
};
use serde::Serialize;

use super::find::{before, find};
use super::words::Words;
use crate::arguments::ShowSwap;
use crate::exit::{Ended, Failure};
use crate::journal::Journal;
use crate::moment::utc_exactly;
use crate::output::{self, shown};

/// What the journal holds of a swap.
struct Story {
    swap_id: SwapId,
    entries: Vec<Told>,
    /// Where the chain ends: where it does, if it holds, and else where the last entry says so.
    head: Head,
    /// Why it is not what was written.
    broken: Option<StoreError>,
}

/// An entry as it is stored, and what it is read as.
struct Told {
    sequence: u64,
    bytes: Vec<u8>,
    entry: Option<Entry>,
}

/// A swap, as `--json` shows it.
#[derive(Serialize)]
struct Report<'a> {
    swap_id: String,
    key: Option<&'a str>,
    environment: Option<&'static str>,
    state: Option<&'static str>,
    entries: Vec<Line<'a>>,
    statement: Option<&'a StatementRecord>,
    head: Head,
    holds: bool,
    broken: Option<String>,
}

#[derive(Serialize)]
struct Line<'a> {
    number: u64,
    at_ms: Option<u64>,
    what: &'static str,
    words: String,
    entry: Option<&'a What>,
}

pub(super) async fn run(arguments: &ShowSwap) -> Result<Ended, Failure> {
    let journal = Journal::look_into(&arguments.journal).await?;
    let story = Story::read(journal.store().as_ref(), &arguments.swap).await?;
    journal.close().await;
    let told = if arguments.json { output::json(&story.report()) } else { story.print() };
    told.map(|()| if story.broken.is_some() { Ended::Changed } else { Ended::Done })
}

impl Story {
    /// Reads a swap whose chain holds; and one whose chain does not, as far as it can be read.
    async fn read(store: &dyn Store, swap: &str) -> Result<Self, Failure> {
        let swap_id = find(store, swap).await?.swap_id;
        match store.load(swap_id).await {
            Ok(history) => {
                let told = history.links.into_iter().map(|link| Told {
                    sequence: link.sequence,
                    bytes: link.entry.to_bytes(),
                    entry: Some(link.entry),
                });
                let (entries, head) = (told.collect(), history.head);
                Ok(Self { swap_id, entries, head, broken: None })
            }
            Err(broken @ (StoreError::Chain(_) | StoreError::Corrupted { .. })) => {
                let raw = store.read_raw(before(swap_id), swap_id).await?;
                let last = raw.last().map(|last| (last.sequence.saturating_add(1), last.hash));
                let head = last.map_or(Head::START, |(count, hash)| Head { count, hash });
                let told = raw.into_iter().map(|entry| Told {
                    sequence: entry.sequence,
                    entry: Entry::from_bytes(&entry.bytes).ok(),
                    bytes: entry.bytes,
                });
                Ok(Self { swap_id, entries: told.collect(), head, broken: Some(broken) })
            }
            Err(error) => Err(error.into()),
        }
    }

    fn whats(&self) -> impl DoubleEndedIterator<Item = &What> {
        self.entries.iter().filter_map(|told| told.entry.as_ref()).map(|entry| &entry.what)
    }

    fn request(&self) -> Option<&Request> {
        self.whats().find_map(|what| match what {
            What::Requested(request) => Some(request.as_ref()),
            _ => None,
        })
    }

    /// Returns the statement that was shown last.
    fn statement(&self) -> Option<&StatementRecord> {
        self.whats().rev().find_map(|what| match what {
            What::Judged(judgement) => match &judgement.verdict {
                Verdict::Passed { statement } => statement.as_ref(),
                Verdict::Refused { .. } => None,
            },
            _ => None,
        })
    }

    /// Returns the state that follows from the entries, where they can follow one another.
    fn state(&self) -> Option<State> {
        let entries: Option<Vec<_>> = self.entries.iter().map(|told| told.entry.as_ref()).collect();
        derive(entries?).ok().flatten()
    }

    fn report(&self) -> Report<'_> {
        let request = self.request();
        let words = Words { request };
        Report {
            swap_id: self.swap_id.to_string(),
            key: request.map(|request| request.key.as_str()),
            environment: request.map(|request| request.environment.as_str()),
            state: self.state().map(State::as_str),
            entries: self.entries.iter().map(|told| told.line(words)).collect(),
            statement: self.statement(),
            head: self.head,
            holds: self.broken.is_none(),
            broken: self.broken.as_ref().map(ToString::to_string),
        }
    }

    /// Writes the swap for people.
    fn print(&self) -> Result<(), Failure> {
        let Report { key, environment, state, entries, .. } = self.report();
        output::result(format_args!("swap   {}", self.swap_id))?;
        for (name, value) in [("key", key), ("place", environment), ("state", state)] {
            output::result(format_args!("{name:<5}  {}", value.unwrap_or("unreadable")))?;
        }
        output::result(format_args!(""))?;
        let rows = self.entries.iter().zip(entries).map(|(told, line)| {
            let at = told.entry.as_ref().map(|entry| utc_exactly(entry.at)).unwrap_or_default();
            [line.number.to_string(), at, line.what.to_owned(), line.words]
        });
        output::table(["NO", "AT", "WHAT", "IN WORDS"], &rows.collect::<Vec<_>>())?;
        self.statement().map_or(Ok(()), print_statement)?;
        let Head { count, hash } = self.head;
        output::result(format_args!("\nchain  {count} entries, head {hash}"))?;
        match &self.broken {
            None => output::result(format_args!("       it holds")),
            Some(broken) => output::result(format_args!(
                "       it does not hold: {}",
                shown(&broken.to_string())
            )),
        }
    }
}

impl Told {
    fn line(&self, words: Words<'_>) -> Line<'_> {
        let entry = self.entry.as_ref();
        Line {
            number: self.sequence,
            at_ms: entry.map(|entry| entry.at.value()),
            what: entry.map_or("unreadable", |entry| entry.what.name()),
            words: entry.map_or_else(
                || format!("{} bytes that are no entry", self.bytes.len()),
                |entry| shown(&words.of(&entry.what)),
            ),
            entry: entry.map(|entry| &entry.what),
        }
    }
}

fn print_statement(statement: &StatementRecord) -> Result<(), Failure> {
    output::result(format_args!("\n{}", shown(statement.title.as_str())))?;
    let lines = &statement.lines;
    let width = lines.iter().map(|line| line.label.as_str().chars().count()).max();
    let width = width.unwrap_or_default();
    lines.iter().try_for_each(|line| {
        let (label, value) = (shown(line.label.as_str()), shown(line.value.as_str()));
        output::result(format_args!("  {label:<width$}  {value}{}", note(line.origin.as_str())))
    })
}

/// Says what stands behind a line of a statement.
fn note(origin: &str) -> &'static str {
    match origin {
        "agreed" => "  [as agreed]",
        "pinned" => "  [pinned]",
        "bounded" => "  [within policy]",
        "claimed" => "  [taken from the counterparty]",
        _ => "",
    }
}
