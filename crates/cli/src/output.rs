//! What a person or a script sees: results on standard output, progress on standard error.

use std::fmt;
use std::io::{self, Write};

use serde::Serialize;

use crate::exit::Failure;

/// Writes a line of progress to standard error.
pub(crate) fn say(line: fmt::Arguments<'_>) {
    // Nobody may be listening; that is no reason to stop.
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Writes a line of the result to standard output.
pub(crate) fn result(line: fmt::Arguments<'_>) -> Result<(), Failure> {
    writeln!(io::stdout().lock(), "{line}").map_err(Failure::io("standard output"))
}

/// Writes the result as one JSON object to standard output.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    serde_json::to_writer_pretty(&mut stdout, value)
        .map_err(io::Error::from)
        .and_then(|()| writeln!(stdout))
        .map_err(Failure::io("standard output"))
}

/// Writes bytes as `0x` and hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold("0x".to_owned(), |hex, byte| format!("{hex}{byte:02x}"))
}
