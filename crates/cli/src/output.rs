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

/// Writes a whole text to standard output.
pub(crate) fn text(text: &[u8]) -> Result<(), Failure> {
    io::stdout().lock().write_all(text).map_err(Failure::io("standard output"))
}

/// Writes rows under their headings to standard output, each column as wide as it has to be.
///
/// A column in which no row has anything is left out.
pub(crate) fn table<const N: usize>(
    headings: [&str; N],
    rows: &[[String; N]],
) -> Result<(), Failure> {
    let headings = headings.map(str::to_owned);
    let columns: Vec<_> = (0..N)
        .map(|column| rows.iter().map(|row| width(row, column)).max().unwrap_or_default())
        .zip(0..N)
        .filter(|(widest, _)| *widest > 0 || rows.is_empty())
        .map(|(widest, column)| (column, widest.max(width(&headings, column))))
        .collect();
    std::iter::once(&headings).chain(rows).try_for_each(|cells| {
        let cells = columns
            .iter()
            .filter_map(|(column, width)| cells.get(*column).map(|cell| format!("{cell:<width$}")));
        result(format_args!("{}", cells.collect::<Vec<_>>().join("  ").trim_end()))
    })
}

fn width(cells: &[String], column: usize) -> usize {
    cells.get(column).map_or(0, |cell| cell.chars().count())
}

/// Writes bytes as `0x` and hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold("0x".to_owned(), |hex, byte| format!("{hex}{byte:02x}"))
}
