//! `countersign swaps list`.

use std::collections::BTreeMap;

use countersign::approval::SwapId;
use countersign::journal::{Page, State, Store, Summary, Which};
use serde::Serialize;

use crate::arguments::ListSwaps;
use crate::exit::{Ended, Failure};
use crate::journal::Journal;
use crate::moment::utc;
use crate::output;

/// A list, as `--json` shows it.
#[derive(Serialize)]
struct Report {
    swaps: Vec<Shown>,
    /// How many swaps the journal has in which state.
    states: BTreeMap<&'static str, u64>,
    /// Where the next page begins; none where this is the last one.
    next_after: Option<String>,
}

/// A swap in a list, and a change of one, as `--json` shows it.
#[derive(Serialize)]
pub(super) struct Shown {
    swap_id: String,
    key: String,
    environment: &'static str,
    state: &'static str,
    entries: u64,
    head: String,
    opened_at_ms: u64,
    changed_at_ms: u64,
}

pub(super) async fn run(arguments: &ListSwaps) -> Result<Ended, Failure> {
    let journal = Journal::look_into(&arguments.journal).await?;
    let list = List::read(journal.store().as_ref(), arguments).await?;
    journal.close().await;
    let told = if arguments.json { output::json(&Report::from(&list)) } else { list.print() };
    told.map(|()| Ended::Done)
}

/// A page of the journal.
struct List {
    swaps: Vec<Summary>,
    /// The last one of the page, where there are more behind it.
    next_after: Option<SwapId>,
    states: BTreeMap<State, u64>,
}

impl List {
    async fn read(store: &dyn Store, arguments: &ListSwaps) -> Result<Self, Failure> {
        let which = match arguments.state {
            Some(state) => Which::In(state),
            None if arguments.open => Which::Open,
            None => Which::All,
        };
        let most = arguments.limit.saturating_add(1);
        let mut swaps = store.list(Page { which, after: arguments.after, most }).await?;
        let limit = usize::try_from(arguments.limit).unwrap_or(usize::MAX);
        let more = swaps.len() > limit;
        swaps.truncate(limit);
        let next_after = swaps.last().filter(|_| more).map(|last| last.swap_id);
        Ok(Self { swaps, next_after, states: store.count().await? })
    }

    /// Writes the list for people.
    fn print(&self) -> Result<(), Failure> {
        let row = |swap: &Summary| {
            let (id, key, state) = (&swap.swap_id, &swap.key, &swap.state);
            let (opened, changed) = (utc(swap.opened_at), utc(swap.changed_at));
            [id.to_string(), key.to_string(), state.to_string(), opened, changed]
        };
        let rows: Vec<_> = self.swaps.iter().map(row).collect();
        output::table(["ID", "KEY", "STATE", "OPENED", "CHANGED"], &rows)?;
        if let Some(last) = self.next_after {
            output::say(format_args!("there are more: --after {last}"));
        }
        output::result(format_args!("{}", sum(&self.states)))
    }
}

/// Says how many swaps the journal has, and how many in which state.
fn sum(states: &BTreeMap<State, u64>) -> String {
    let all = states.values().fold(0, |all: u64, count| all.saturating_add(*count));
    let each: Vec<_> = states.iter().map(|(state, count)| format!("{count} {state}")).collect();
    let each = if each.is_empty() { String::new() } else { format!(": {}", each.join(", ")) };
    let swaps = if all == 1 { "swap" } else { "swaps" };
    format!("{all} {swaps} in the journal{each}")
}

impl From<&List> for Report {
    fn from(list: &List) -> Self {
        let states = list.states.iter();
        Self {
            swaps: list.swaps.iter().map(Shown::from).collect(),
            states: states.map(|(state, count)| (state.as_str(), *count)).collect(),
            next_after: list.next_after.map(|last| last.to_string()),
        }
    }
}

impl From<&Summary> for Shown {
    fn from(swap: &Summary) -> Self {
        Self {
            swap_id: swap.swap_id.to_string(),
            key: swap.key.to_string(),
            environment: swap.environment.as_str(),
            state: swap.state.as_str(),
            entries: swap.head.count,
            head: swap.head.hash.to_string(),
            opened_at_ms: swap.opened_at.value(),
            changed_at_ms: swap.changed_at.value(),
        }
    }
}
