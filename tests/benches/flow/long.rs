//! A journal of very many swaps, and how soon it answers.

use std::sync::Arc;
use std::time::Instant;

use countersign::approval::SwapId;
use countersign::journal::{History, Label, Page, Store, Term, Which};
use countersign::units::UnixMillis;

use crate::history::{Rows, Template};
use crate::home::Home;
use crate::rounds::{median, millis};

/// How many swaps a page has, and how many a worker with as many hands leases at once.
const PAGE: u32 = 100;
/// How many swaps are written at once.
const CHUNK: u64 = 1_000;

/// How much is measured.
#[derive(Clone, Copy)]
pub(crate) struct Length {
    pub(crate) swaps: u64,
    /// How many of them are not at their end.
    pub(crate) open: u64,
    pub(crate) cold: usize,
    pub(crate) warm: usize,
}

/// What is asked of a journal.
#[derive(Clone, Copy)]
enum Asked {
    List,
    Open,
    Count,
    Show,
    Resume,
}

const ASKED: [(&str, Asked); 5] = [
    ("list", Asked::List),
    ("open", Asked::Open),
    ("count", Asked::Count),
    ("show", Asked::Show),
    ("resume", Asked::Resume),
];

/// Fills a journal, asks it, and writes how long that takes.
pub(crate) async fn run(name: &str, home: &mut Home<'_>, history: &History, length: Length) {
    let template = Template::of(history);
    let ids = fill(home, &template, length).await;
    println!("{name} journal swaps {}", u32::try_from(ids.len()).unwrap());
    for (what, asked) in ASKED {
        let mut cold = Vec::new();
        for turn in 0..length.cold {
            home.cool().await;
            let store = home.connect().await;
            cold.push(ask(&store, asked, &ids, turn).await);
        }
        let store = home.connect().await;
        let mut warm = Vec::new();
        for turn in 0..length.warm {
            warm.push(ask(&store, asked, &ids, turn + length.cold).await);
        }
        for (cache, mut times) in [("cold", cold), ("warm", warm)] {
            println!("{name} journal {what} {cache} {}", median(&mut times));
        }
    }
}

async fn fill(home: &Home<'_>, template: &Template, length: Length) -> Vec<SwapId> {
    drop(home.connect().await);
    let mut sink = home.sink().await;
    let (mut ids, every) = (Vec::new(), length.swaps / length.open);
    for first in (0..length.swaps).step_by(usize::try_from(CHUNK).unwrap()) {
        let mut rows = Rows::default();
        for number in first..(first + CHUNK).min(length.swaps) {
            let swap_id = SwapId::generate();
            rows.add(template, swap_id, number, number % every == 0);
            ids.push(swap_id);
        }
        sink.add(rows).await;
    }
    sink.finish(length.swaps - length.open).await;
    ids
}

/// Asks once, about another place in the journal each time, and returns how long it took in
/// milliseconds.
async fn ask(store: &Arc<dyn Store>, asked: Asked, ids: &[SwapId], turn: usize) -> f64 {
    // Knuth's multiplier: the places are far apart.
    let place = turn.wrapping_mul(2_654_435_761) % (ids.len() - usize::try_from(PAGE).unwrap());
    let swap_id = *ids.get(place).unwrap();
    let page = |which, after| Page { which, after, most: PAGE };
    let start = Instant::now();
    match asked {
        Asked::List => {
            let listed = store.list(page(Which::All, Some(swap_id))).await.unwrap();
            assert_eq!(listed.len(), usize::try_from(PAGE).unwrap());
        }
        Asked::Open => {
            let listed = store.list(page(Which::Open, None)).await.unwrap();
            assert_eq!(listed.len(), usize::try_from(PAGE).unwrap());
        }
        Asked::Count => {
            let counted: u64 = store.count().await.unwrap().into_values().sum();
            assert_eq!(counted, u64::try_from(ids.len()).unwrap());
        }
        Asked::Show => {
            assert_eq!(store.load(swap_id).await.unwrap().swap_id, swap_id);
        }
        Asked::Resume => resume(store, turn).await,
    }
    millis(start.elapsed())
}

/// Leases open swaps, whose leases of the turn before are over.
async fn resume(store: &Arc<dyn Store>, turn: usize) {
    /// After all that happened in the journal.
    const START: u64 = 2_000_000_000_000;
    const APART: u64 = 60_000;
    let turn = u64::try_from(turn).unwrap() + 1;
    let now = UnixMillis::new(START + 2 * turn * APART);
    let holder = Label::new("bench").unwrap();
    let term = Term { holder: &holder, until: UnixMillis::new(now.value() + APART) };
    let leased = store.lease_open(&term, PAGE, now, &[]).await.unwrap();
    assert_eq!(leased.len(), usize::try_from(PAGE).unwrap());
}
