use std::hint::black_box;
use std::num::NonZero;
use std::thread;
use std::time::{Duration, Instant};

use crate::case::{Case, Suite};
use crate::draft::Kind;
use crate::{cpu_time, since};

const TRANSACTIONS: u32 = 10_000;
const QUICK_TRANSACTIONS: u32 = 200;
/// What else the machine does only ever slows a run down, so the fastest of these counts.
const RUNS: usize = 7;
const QUICK_RUNS: usize = 1;

/// How long it took, by the clock and by the time of all threads.
#[derive(Clone, Copy)]
struct Taken {
    clock: Duration,
    threads: Duration,
}

/// Approves distinct transactions on one core and on all, in turns.
pub(crate) fn run(quick: bool) {
    let (transactions, runs) =
        if quick { (QUICK_TRANSACTIONS, QUICK_RUNS) } else { (TRANSACTIONS, RUNS) };
    let suite = Suite::new(Kind::Spl, false, transactions);
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let runs: Vec<[Taken; 2]> = (0..runs).map(|_| [1, cores].map(|n| approve(&suite, n))).collect();
    println!("throughput cores {cores}");
    for (place, name) in ["one", "all"].into_iter().enumerate() {
        let fastest = |time: fn(&Taken) -> Duration| {
            let times = runs.iter().filter_map(|run| run.get(place)).map(time);
            f64::from(transactions) / times.min().unwrap().as_secs_f64()
        };
        println!("throughput {name} {:.1}", fastest(|taken| taken.clock));
        println!("throughput {name}_cpu {:.1}", fastest(|taken| taken.threads));
    }
}

fn approve(suite: &Suite, threads: usize) -> Taken {
    let shares = suite.cases.chunks(suite.cases.len().div_ceil(threads));
    let start = Instant::now();
    let threads = thread::scope(|scope| {
        let started: Vec<_> =
            shares.map(|share| scope.spawn(move || approve_all(suite, share))).collect();
        started.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    Taken { clock: start.elapsed(), threads }
}

/// Returns the thread's own time.
fn approve_all(suite: &Suite, share: &[Case]) -> Duration {
    let start = cpu_time();
    for case in share {
        black_box(suite.approve(black_box(case)));
    }
    since(start)
}
