//! `countersign swaps list`.

use std::collections::BTreeMap;

use countersign_journal::{Page, State, Store, Summary, Which};
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
    /// How many of them are in which state.
    states: BTreeMap<&'static str, usize>,
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
    let (swaps, is_last) = page(journal.store().as_ref(), arguments).await?;
    journal.close().await;
    if arguments.json {
        output::json(&Report::new(&swaps, is_last))?;
    } else {
        print(&swaps, is_last)?;
    }
    Ok(Ended::Done)
}

/// Reads a page, and says whether there is nothing behind it.
async fn page(store: &dyn Store, arguments: &ListSwaps) -> Result<(Vec<Summary>, bool), Failure> {
    let which = match arguments.state {
        Some(state) => Which::In(state),
        None if arguments.open => Which::Open,
        None => Which::All,
    };
    let most = arguments.limit.saturating_add(1);
    let mut swaps = store.list(Page { which, after: arguments.after, most }).await?;
    let limit = usize::try_from(arguments.limit).unwrap_or(usize::MAX);
    let is_last = swaps.len() <= limit;
    swaps.truncate(limit);
    Ok((swaps, is_last))
}

fn print(swaps: &[Summary], is_last: bool) -> Result<(), Failure> {
    let row = |swap: &Summary| {
        let (opened, changed) = (utc(swap.opened_at), utc(swap.changed_at));
        [swap.swap_id.to_string(), swap.key.to_string(), swap.state.to_string(), opened, changed]
    };
    let rows: Vec<_> = swaps.iter().map(row).collect();
    output::table(["ID", "KEY", "STATE", "OPENED", "CHANGED"], &rows)?;
    output::result(format_args!("{}", sum(states(swaps))))?;
    if let Some(last) = swaps.last().filter(|_| !is_last) {
        output::say(format_args!("there are more: --after {}", last.swap_id));
    }
    Ok(())
}

fn states<'a>(swaps: impl IntoIterator<Item = &'a Summary>) -> BTreeMap<State, usize> {
    let mut states = BTreeMap::new();
    for swap in swaps {
        let count: &mut usize = states.entry(swap.state).or_default();
        *count = count.saturating_add(1);
    }
    states
}

/// Says how many swaps are in which state.
fn sum(states: BTreeMap<State, usize>) -> String {
    let all: usize = states.values().sum();
    let each: Vec<_> =
        states.into_iter().map(|(state, count)| format!("{count} {state}")).collect();
    let swaps = if all == 1 { "swap" } else { "swaps" };
    let each = if each.is_empty() { String::new() } else { format!(": {}", each.join(", ")) };
    format!("{all} {swaps}{each}")
}

impl Report {
    fn new(swaps: &[Summary], is_last: bool) -> Self {
        let states = states(swaps).into_iter();
        Self {
            swaps: swaps.iter().map(Shown::from).collect(),
            states: states.map(|(state, count)| (state.as_str(), count)).collect(),
            next_after: swaps.last().filter(|_| !is_last).map(|last| last.swap_id.to_string()),
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
