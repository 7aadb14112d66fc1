//! `cargo xtask kill-test`: kills workers at random moments, many times, and counts what was lost and
//! what was done twice.

mod counted;

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use crate::cargo::cargo;
use crate::outcome::Outcome;
use counted::Counted;

/// The program of the tests, and the tests in it: of swaps that are approved, and of those that are
/// paid for at quoted addresses.
const PROGRAM: [&str; 4] = ["test", "--workspace", "--test", "worker_kills"];
const APPROVALS: &str = "kills::workers_that_are_killed_lose_and_double_nothing";
const DEPOSITS: &str = "deposits::workers_that_are_killed_fund_each_address_once";
/// What begins each line that the test has for us.
const TOLD: &str = "@ ";
/// What the test says where there is no server.
const SKIPPED: &str = "skipped: ";

/// The arguments of `cargo xtask kill-test`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many processes to kill
    #[arg(long, default_value_t = 1_000)]
    kills: u32,
    /// Repeat the moments and the swaps of an earlier run, or of one of its rounds
    #[arg(long)]
    seed: Option<u64>,
    /// Where the journal is
    #[arg(long, value_enum, default_value_t = Place::Both)]
    store: Place,
    /// Have the swaps be paid for at quoted addresses and by signed intents
    #[arg(long)]
    deposits: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Place {
    /// One process at a time on a file
    Sqlite,
    /// Three processes at a time on a server of its own
    Postgres,
    /// Half of the kills on each
    Both,
}

/// Why it is not known what was lost.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KillTestError {
    /// Something could not be run, read or written.
    #[error("cannot {action}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The test does not build.
    #[error("the test does not build")]
    Build,
    /// The test wrote something else than what it counted.
    #[error("expected kills, swaps, lost and doubled with their numbers, found {0:?}")]
    Line(String),
    /// The test did not come to its end.
    #[error("the test failed: {0}")]
    Failed(Counted),
    /// There were fewer or more kills than asked for.
    #[error("expected {expected} kills, found {found}")]
    Kills {
        /// What was asked for.
        expected: u32,
        /// What was counted.
        found: Counted,
    },
}

/// What the test has written.
#[derive(Default)]
struct Heard {
    counted: Counted,
    /// Why a part of it did not run.
    skipped: Option<String>,
}

/// Builds the test once and runs it.
///
/// # Errors
///
/// Returns a [`KillTestError`] if it can't be built, run or understood, or has failed.
pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, KillTestError> {
    let built = cargo().args(PROGRAM).arg("--no-run").status();
    if !built.map_err(io("build the test"))?.success() {
        return Err(KillTestError::Build);
    }
    let mut test = start(arguments).map_err(io("run the test"))?;
    let heard = hear(&mut test)?;
    let good = test.wait().map_err(io("wait for the test"))?.success();
    judge(arguments, heard, good)
}

fn start(arguments: &Arguments) -> io::Result<Child> {
    let mut command: Command = cargo();
    let test = if arguments.deposits { DEPOSITS } else { APPROVALS };
    command.args(PROGRAM).args(["--", "--exact", test, "--nocapture"]);
    command.env("COUNTERSIGN_KILLS", arguments.kills.to_string());
    command.env("COUNTERSIGN_KILL_STORE", arguments.store.name());
    if let Some(seed) = arguments.seed {
        command.env("COUNTERSIGN_KILL_SEED", seed.to_string());
    }
    command.stdout(Stdio::piped()).spawn()
}

/// Reads what the test writes, and shows how far it is.
fn hear(test: &mut Child) -> Result<Heard, KillTestError> {
    let mut heard = Heard::default();
    let lines = test.stdout.take().map(|output| BufReader::new(output).lines());
    for line in lines.into_iter().flatten() {
        let line = line.map_err(io("read what the test writes"))?;
        if let Some((_, why)) = line.split_once(SKIPPED) {
            heard.skipped = Some(why.to_owned());
        }
        if let Some((_, told)) = line.split_once(TOLD) {
            let counted = Counted::read(told);
            let counted = counted.ok_or_else(|| KillTestError::Line(told.to_owned()))?;
            heard.counted = heard.counted.plus(counted);
            show(&format!("{:>5}: {told}", heard.counted.kills))?;
        }
    }
    Ok(heard)
}

fn judge(arguments: &Arguments, heard: Heard, good: bool) -> Result<Outcome, KillTestError> {
    let Heard { counted, skipped } = heard;
    if let (Some(why), Place::Postgres) = (&skipped, arguments.store) {
        return Ok(Outcome::Skipped(why.clone()));
    }
    if !good {
        return Err(KillTestError::Failed(counted));
    }
    if counted.kills != u64::from(arguments.kills) {
        return Err(KillTestError::Kills { expected: arguments.kills, found: counted });
    }
    if let Some(why) = skipped {
        show(&format!("skipped: {why}"))?;
    }
    show(&counted.to_string())?;
    Ok(Outcome::Written { good: counted.is_sound() })
}

impl Place {
    const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Both => "both",
        }
    }
}

fn show(line: &str) -> Result<(), KillTestError> {
    writeln!(io::stdout(), "{line}").map_err(io("write to the standard output"))
}

const fn io(action: &'static str) -> impl FnOnce(io::Error) -> KillTestError {
    move |source| KillTestError::Io { action, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(store: Place) -> Arguments {
        Arguments { kills: 4, seed: None, store, deposits: false }
    }

    fn heard(line: &str, skipped: Option<&str>) -> Heard {
        Heard { counted: Counted::read(line).unwrap(), skipped: skipped.map(str::to_owned) }
    }

    #[test]
    fn is_good_where_all_kills_were_made_and_nothing_was_lost_or_doubled() {
        let sound = "4 kills, 9 swaps, 0 lost, 0 doubled";
        let done = judge(&asked(Place::Both), heard(sound, None), true);
        assert_eq!(done.unwrap(), Outcome::Written { good: true });
        let lossy = "4 kills, 9 swaps, 1 lost, 0 doubled";
        let done = judge(&asked(Place::Both), heard(lossy, None), true);
        assert_eq!(done.unwrap(), Outcome::Written { good: false });
        let few = "3 kills, 9 swaps, 0 lost, 0 doubled";
        let done = judge(&asked(Place::Both), heard(few, None), true);
        assert!(matches!(done, Err(KillTestError::Kills { .. })));
        let done = judge(&asked(Place::Both), heard(sound, None), false);
        assert!(matches!(done, Err(KillTestError::Failed(_))));
    }

    #[test]
    fn is_skipped_where_only_a_server_was_asked_for_and_there_is_none() {
        let nothing = "0 kills, 0 swaps, 0 lost, 0 doubled";
        let skipped = Some("needs postgres");
        let done = judge(&asked(Place::Postgres), heard(nothing, skipped), true);
        assert_eq!(done.unwrap(), Outcome::Skipped("needs postgres".to_owned()));
    }
}
