//! What a person or a script sees: results on standard output, progress on standard error.

use std::fmt;
use std::io::{self, Write};

use serde::Serialize;

/// Writes a line of progress to standard error.
pub(crate) fn say(line: fmt::Arguments<'_>) {
    // Nobody may be listening; that is no reason to stop.
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Writes a line of the result to standard output.
pub(crate) fn result(line: fmt::Arguments<'_>) {
    let _ = writeln!(io::stdout().lock(), "{line}");
}

/// Writes the result as one JSON object to standard output.
pub(crate) fn json(value: &impl Serialize) {
    let mut stdout = io::stdout().lock();
    let _ = serde_json::to_writer_pretty(&mut stdout, value).map_err(io::Error::from);
    let _ = writeln!(stdout);
}
