//! `countersign check`: verdicts on any number of lines, in order, on all cores.

mod input;
mod pipeline;

use std::io;
use std::time::Instant;

use countersign::{Clock, SystemClock};

use crate::arguments::Check;
use crate::exit::{Ended, Failure};
use crate::output;

pub(crate) use input::{Input, Line, Lines};
use pipeline::Counts;

pub(crate) fn run(arguments: &Check) -> Result<Ended, Failure> {
    let started = Instant::now();
    let mut stdout = io::stdout().lock();
    let mut counts = Counts::default();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    for path in &arguments.files {
        let now = SystemClock.now().to_seconds();
        counts.add(pipeline::run(Input::open(path)?, &mut stdout, workers, now)?);
    }
    drop(stdout);
    report(&counts, workers, started);
    Ok(if counts.invalid > 0 {
        Ended::Invalid
    } else if counts.refused > 0 {
        Ended::Refused
    } else {
        Ended::Done
    })
}

fn report(counts: &Counts, workers: usize, started: Instant) {
    let micros = started.elapsed().as_micros().max(1);
    let lines = counts.signed.saturating_add(counts.refused).saturating_add(counts.invalid);
    let rate = u128::from(lines).saturating_mul(1_000_000).checked_div(micros).unwrap_or_default();
    let Counts { signed, refused, invalid } = counts;
    output::say(format_args!(
        "{lines} lines: {signed} sign, {refused} refuse, {invalid} invalid; {rate} lines/s on {workers} cores"
    ));
}
