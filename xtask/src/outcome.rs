//! How a chore ends: its last line and its exit status.

use std::error::Error;
use std::process::ExitCode;

use crate::Finished;

/// The exit status of a chore that could not run here.
const SKIPPED: u8 = 4;

/// How a chore ended that did not break off.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It ran, and everything is as it should be.
    Done(String),
    /// It did not run, because something outside this workspace is missing.
    Skipped(String),
    /// It has written its own last line.
    Written {
        /// Whether everything is as it should be.
        good: bool,
    },
}

/// Writes the last line of a chore and picks its exit status: 0, 1 for a failure, 4 for skipped.
pub(crate) fn report(finished: Finished) -> ExitCode {
    match finished {
        Ok(Outcome::Done(what)) => {
            eprintln!("ok: {what}");
            ExitCode::SUCCESS
        }
        Ok(Outcome::Skipped(why)) => {
            eprintln!("skipped: {why}");
            ExitCode::from(SKIPPED)
        }
        Ok(Outcome::Written { good: true }) => ExitCode::SUCCESS,
        Ok(Outcome::Written { good: false }) => ExitCode::FAILURE,
        Err(failure) => {
            explain(failure.as_ref());
            ExitCode::FAILURE
        }
    }
}

/// Writes why something failed, down to the first cause.
pub(crate) fn explain(failure: &dyn Error) {
    eprintln!("failed: {failure}");
    let mut cause = failure.source();
    while let Some(inner) = cause {
        eprintln!("  because: {inner}");
        cause = inner.source();
    }
}
