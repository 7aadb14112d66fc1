//! What the journal costs a swap: swaps a second with it and without it, beside the raw rate of
//! commits on the same store; and how long a journal of a million swaps takes to answer.
//!
//! One line of standard output is a name and a number: `sqlite rate 310.5`.
//!
//! - `without rate`, `sqlite rate`, `postgres rate`: swaps a second of [`Countersign::swap`] with its
//!   ledger in memory, and of [`Worker::swap`] on a journal. 32 are in flight.
//! - `… p50`, `… p99`: how long a swap takes, in milliseconds.
//! - `… commits`: calls that write to the journal, for each swap.
//! - `… raw`: commits a second of 32 rows, one after the other, with the same settings on the same
//!   disk.
//! - `… journal swaps`: how many swaps a long journal has, with the histories of real ones.
//! - `… journal list cold`: how long it takes to list a page of them, in milliseconds; `open`, to list
//!   a page of those that are not at their end; `resume`, to lease as many of those; `count`, to count
//!   all by their states; `show`, to read and check one's history. `cold` is a connection of its own
//!   over files that the machine has forgotten, `warm` is one that is in use.
//!
//! The swaps run against several sandboxes, on threads of their own: no lock of theirs is what is
//! measured. They share the machine with the flow, as they do without a journal. By default a
//! sandbox's steps take a while, as those of a counterparty do; `saturated …` is the same with steps
//! that take as good as no time, where the processors are all that bounds a rate. What is measured
//! stands in turns: what disturbs the machine disturbs all of it.
//!
//! [`Countersign::swap`]: countersign::Countersign::swap
//! [`Worker::swap`]: countersign::Worker::swap

#![expect(clippy::unwrap_used, clippy::panic, reason = "a benchmark stops where something fails")]
#![expect(clippy::arithmetic_side_effects, reason = "its numbers are small and its own")]
#![expect(clippy::print_stdout, reason = "the measurements are its output")]

mod counted;
mod history;
mod home;
mod lanes;
mod long;
mod raw;
mod rounds;
mod stores;

use tokio::runtime::{Builder, Runtime};

use lanes::{Lanes, Pace};
use rounds::Size;

fn main() {
    let is_asked = |name: &str| std::env::args().any(|word| word == name);
    // `cargo test` runs this too, without `--bench`: to see that it works, not how fast it is.
    let quick = is_asked("--quick") || !is_asked("--bench");
    let size = if quick { Size::QUICK } else { Size::FULL };
    let (counterparty, ours) = (runtime("sandbox"), runtime("flow"));
    for (prefix, pace) in [("", Pace::by_default()), ("saturated ", Pace::saturated())] {
        let lanes = counterparty.block_on(Lanes::start(pace));
        ours.block_on(rounds::run(prefix, &lanes, &size));
    }
    ours.block_on(rounds::run_long(&size));
}

fn runtime(name: &str) -> Runtime {
    Builder::new_multi_thread().thread_name(name).enable_all().build().unwrap()
}
