//! `countersign swaps watch`.

use std::collections::{BTreeMap, HashSet};

use countersign::approval::SwapId;
use countersign::journal::{Label, Outcome, Page, State, Store, Summary, Which};

use super::find::find;
use super::list::Shown;
use crate::arguments::WatchSwaps;
use crate::exit::{Ended, Failure};
use crate::journal::Journal;
use crate::moment::utc;
use crate::output;

/// How many swaps are read at a time.
const PAGE: u32 = 1_000;

pub(super) async fn run(arguments: &WatchSwaps) -> Result<Ended, Failure> {
    let journal = Journal::look_into(&arguments.journal).await?;
    let store = journal.store();
    let watching = async {
        let mut watch = Watch::new(store.as_ref(), arguments).await?;
        while !watch.look().await? {
            tokio::time::sleep(arguments.interval).await;
        }
        Ok(watch.ended())
    };
    let ended = tokio::select! {
        ended = watching => ended,
        Ok(()) = tokio::signal::ctrl_c() => Ok(Ended::Interrupted),
    };
    journal.close().await;
    ended
}

/// The swaps that are followed, and what was last told of each.
struct Watch<'a> {
    store: &'a dyn Store,
    json: bool,
    /// Whether all that are open are followed, also those that come to be.
    all: bool,
    known: BTreeMap<SwapId, (Label, Option<State>)>,
}

impl<'a> Watch<'a> {
    async fn new(store: &'a dyn Store, arguments: &WatchSwaps) -> Result<Self, Failure> {
        let all = arguments.swaps.is_empty();
        let mut watch = Self { store, json: arguments.json, all, known: BTreeMap::new() };
        for text in &arguments.swaps {
            let found = find(store, text).await?;
            watch.known.insert(found.swap_id, (found.key, None));
        }
        Ok(watch)
    }

    /// Tells what changed, and says whether all are at their end.
    async fn look(&mut self) -> Result<bool, Failure> {
        let seen = if self.all { self.see_open().await? } else { HashSet::new() };
        // Those that are not open any more, or were asked for by name.
        let left = self.known.iter().filter(|(swap_id, (_, state))| {
            !seen.contains(*swap_id) && !state.is_some_and(State::is_ended)
        });
        let keys: Vec<Label> = left.map(|(_, (key, _))| key.clone()).collect();
        for key in keys {
            let gone = || Failure::NoSwap(key.to_string());
            let swap = self.store.find(&key).await?.ok_or_else(gone)?;
            self.see(&swap)?;
        }
        Ok(self.known.values().all(|(_, state)| state.is_some_and(State::is_ended)))
    }

    /// Tells of the swaps that are open, also of those that were not known, and returns them.
    async fn see_open(&mut self) -> Result<HashSet<SwapId>, Failure> {
        let mut seen = HashSet::new();
        let mut page = Page { which: Which::Open, after: None, most: PAGE };
        loop {
            let swaps = self.store.list(page).await?;
            let Some(last) = swaps.last() else { return Ok(seen) };
            page.after = Some(last.swap_id);
            for swap in swaps {
                self.known.entry(swap.swap_id).or_insert_with(|| (swap.key.clone(), None));
                seen.insert(swap.swap_id);
                self.see(&swap)?;
            }
        }
    }

    fn see(&mut self, swap: &Summary) -> Result<(), Failure> {
        let Some((_, seen)) = self.known.get_mut(&swap.swap_id) else { return Ok(()) };
        if seen.replace(swap.state) == Some(swap.state) {
            return Ok(());
        }
        if self.json {
            return output::json_line(&Shown::from(swap));
        }
        let Summary { swap_id, key, state, changed_at, .. } = swap;
        let (at, state) = (utc(*changed_at), state.as_str());
        output::result(format_args!("{at}  {swap_id}  {state:<9}  {key}"))
    }

    fn ended(&self) -> Ended {
        let finished = Some(State::Ended(Outcome::Finished));
        let all = self.known.values().all(|(_, state)| *state == finished);
        if all { Ended::Done } else { Ended::NotFinished }
    }
}
