//! `cargo xtask test`: every test and every check, and at the end what was skipped and why.

mod anvil;
mod bitcoind;
mod check;
mod keystores;
mod moto;
mod reader;
mod softhsm2;
mod tally;

use std::io::{self, Write};
use std::time::Instant;

use crate::outcome::Outcome;
use check::{CHECKS, Check, Part};
use tally::Tally;

/// The arguments of `cargo xtask test`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run this part alone; may be given more than once
    #[arg(long, value_enum, value_name = "PART")]
    only: Vec<Part>,
}

/// A check that has run.
struct Finished {
    name: &'static str,
    tally: Tally,
    seconds: u64,
}

/// Runs all checks, also after one has failed.
///
/// # Errors
///
/// Returns an error if the output can't be written.
pub(crate) fn run(arguments: &Arguments) -> io::Result<Outcome> {
    let is_asked = |part: Part| match arguments.only.as_slice() {
        [] => !part.is_in_others(),
        only => only.contains(&part),
    };
    let mut out = io::stdout();
    let mut finished = Vec::new();
    for check in CHECKS.iter().filter(|check| is_asked(check.part)) {
        writeln!(out, "\n== {}", check.name)?;
        finished.push(run_one(check)?);
    }
    let total = summarize(&mut out, &finished)?;
    Ok(Outcome::Written { good: total.failed == 0 })
}

fn run_one(check: &Check) -> io::Result<Finished> {
    let started = Instant::now();
    let tally = (check.run)(check.name)?;
    Ok(Finished { name: check.name, tally, seconds: started.elapsed().as_secs() })
}

/// Writes what each check came to, what was skipped and why, and the sum as the last line.
fn summarize(out: &mut impl Write, finished: &[Finished]) -> io::Result<Tally> {
    let mut total = Tally::default();
    writeln!(out, "\n== summary")?;
    for Finished { name, tally, seconds } in finished {
        writeln!(out, "{name}: {tally} ({seconds} s)")?;
        total.add(tally);
    }
    for failure in &total.failures {
        writeln!(out, "failed: {failure}")?;
    }
    for skip in &total.skipped {
        writeln!(out, "skipped: {}: {}", skip.what, skip.why)?;
    }
    writeln!(out, "{total}")?;
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_with_the_sum() {
        let finished = [
            Finished { name: "format", tally: Tally::passed(), seconds: 1 },
            Finished {
                name: "deny",
                tally: Tally::skipped("deny", "needs cargo-deny"),
                seconds: 0,
            },
            Finished { name: "lints", tally: Tally::failed("lints"), seconds: 60 },
        ];
        let mut out = Vec::new();
        let total = summarize(&mut out, &finished).unwrap();
        assert_eq!(total.failed, 1);
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("\nlints: 0 passed, 1 failed, 0 skipped (60 s)\n"), "{text}");
        assert!(text.contains("\nfailed: lints\n"), "{text}");
        assert!(text.contains("\nskipped: deny: needs cargo-deny\n"), "{text}");
        assert_eq!(text.lines().last(), Some("1 passed, 1 failed, 1 skipped"));
    }
}
