use std::io::{Error, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use countersign::check::Outcome;
use countersign::units::UnixSeconds;

use super::{Input, Line, Lines};
use crate::exit::Failure;
use crate::output;

/// How many lines a worker takes at once, if they have been read already.
const BATCH: usize = 128;
/// How many batches wait before and behind each worker; this bounds the memory.
const QUEUE: usize = 2;

/// How many verdicts of each kind there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) signed: u64,
    pub(crate) refused: u64,
    pub(crate) invalid: u64,
}

impl Counts {
    pub(crate) const fn add(&mut self, other: Self) {
        self.signed = self.signed.saturating_add(other.signed);
        self.refused = self.refused.saturating_add(other.refused);
        self.invalid = self.invalid.saturating_add(other.invalid);
    }

    const fn count(&mut self, outcome: &Outcome) {
        let count = match outcome {
            Outcome::Sign { .. } => &mut self.signed,
            Outcome::Refuse { .. } => &mut self.refused,
            Outcome::Invalid { .. } => &mut self.invalid,
        };
        *count = count.saturating_add(1);
    }
}

/// Verdicts of one batch, as text.
struct Judged {
    text: Vec<u8>,
    counts: Counts,
}

/// Judges all lines on `workers` threads and writes the verdicts in the order of the lines.
///
/// Batches go round the workers, and verdicts are taken from them in the same round, so the order
/// needs no buffer of its own.
pub(crate) fn run(
    input: Input,
    output: &mut impl Write,
    workers: usize,
    now: UnixSeconds,
) -> Result<Counts, Failure> {
    let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
    for _ in 0..workers.max(1) {
        let (send_lines, lines) = sync_channel(QUEUE);
        let (send_verdicts, verdicts) = sync_channel(QUEUE);
        thread::spawn(move || judge(&lines, &send_verdicts, now));
        inputs.push(send_lines);
        outputs.push(verdicts);
    }
    let reader = thread::spawn(move || read(input, &inputs));
    // Where writing fails nobody waits for the reader, who may be waiting for a line.
    let counts = write(&outputs, output)?;
    let read = reader.join().map_err(|_| Failure::io("reader")(Error::other("it panicked")))?;
    read.map(|()| counts)
}

fn read(input: Input, workers: &[SyncSender<Vec<Line>>]) -> Result<(), Failure> {
    let mut lines = Lines::new(input);
    for worker in workers.iter().cycle() {
        let Some(first) = lines.next_line()? else { break };
        let mut batch = vec![first];
        // Whoever writes line by line is answered line by line.
        while batch.len() < BATCH
            && !lines.may_wait()
            && let Some(line) = lines.next_line()?
        {
            batch.push(line);
        }
        if worker.send(batch).is_err() {
            break;
        }
    }
    Ok(())
}

fn judge(batches: &Receiver<Vec<Line>>, verdicts: &SyncSender<Judged>, now: UnixSeconds) {
    for batch in batches {
        let mut judged = Judged { text: Vec::new(), counts: Counts::default() };
        for line in batch {
            let verdict = line.judge(now);
            judged.counts.count(verdict.outcome());
            // Writing to memory, and of types without maps, does not fail.
            let json = serde_json::to_string(&verdict).unwrap_or_default();
            judged.text.extend(output::without_hidden(json).bytes());
            judged.text.push(b'\n');
        }
        if verdicts.send(judged).is_err() {
            return;
        }
    }
}

fn write(workers: &[Receiver<Judged>], output: &mut impl Write) -> Result<Counts, Failure> {
    let mut counts = Counts::default();
    for worker in workers.iter().cycle() {
        // The first worker without verdicts is the one after the last batch.
        let Ok(judged) = worker.recv() else { break };
        let written = output.write_all(&judged.text).and_then(|()| output.flush());
        written.map_err(Failure::io("standard output"))?;
        counts.add(judged.counts);
    }
    Ok(counts)
}
