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
    serde_json::to_string_pretty(value)
        .map_err(io::Error::from)
        .and_then(|json| writeln!(io::stdout().lock(), "{}", without_hidden(json)))
        .map_err(Failure::io("standard output"))
}

/// Writes a part of the result as one line of JSON to standard output.
pub(crate) fn json_line(value: &impl Serialize) -> Result<(), Failure> {
    serde_json::to_string(value)
        .map_err(io::Error::from)
        .and_then(|json| writeln!(io::stdout().lock(), "{}", without_hidden(json)))
        .map_err(Failure::io("standard output"))
}

/// Shows what could steer a terminal or hide, in a text for people.
pub(crate) fn shown(text: &str) -> String {
    let show = |shown: String, character: char| {
        if is_hidden(character) || character == '\n' {
            shown + &character.escape_default().to_string()
        } else {
            format!("{shown}{character}")
        }
    };
    if text.contains(|character| is_hidden(character) || character == '\n') {
        return text.chars().fold(String::new(), show);
    }
    text.to_owned()
}

/// Escapes what could steer a terminal or hide, in a text that is JSON; it means the same then.
///
/// Outside of its strings JSON has no such character but the line break.
pub(crate) fn without_hidden(json: String) -> String {
    if !json.contains(is_hidden) {
        return json;
    }
    json.chars().fold(String::with_capacity(json.len()), |mut shown, character| {
        if is_hidden(character) {
            let mut units = [0; 2];
            let units = character.encode_utf16(&mut units);
            shown.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            shown.push(character);
        }
        shown
    })
}

/// Says whether a character does something else than to show itself.
fn is_hidden(character: char) -> bool {
    match character {
        '\n' | ' '..='~' => false,
        '\0'..='\u{9f}' => true,
        // The standard library knows what has no shape of its own: marks of direction, joiners,
        // tags, spaces that are none of the usual, and whatever has no meaning yet.
        _ => character.escape_debug().len() > 1,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_escaped_and_means_the_same() {
        for (hidden, shown) in [
            ("\u{7f}", "\\u007f"),
            ("\u{9b}", "\\u009b"),
            ("\u{ad}", "\\u00ad"),
            ("\u{200b}", "\\u200b"),
            ("\u{200d}", "\\u200d"),
            ("\u{202e}", "\\u202e"),
            ("\u{2028}", "\\u2028"),
            ("\u{2066}", "\\u2066"),
            ("\u{feff}", "\\ufeff"),
            ("\u{e0041}", "\\udb40\\udc41"),
        ] {
            let value = serde_json::json!({hidden: ["a", hidden]});
            let json = without_hidden(serde_json::to_string_pretty(&value).unwrap());
            assert_eq!(json.matches(shown).count(), 2, "{json:?}");
            assert!(!json.contains(hidden), "{json:?}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap(), value);
        }
    }

    #[test]
    fn what_shows_itself_stays() {
        let value = serde_json::json!({"é": "ß 漢字 … \u{1f600}\n\u{1b}\"\\"});
        let json = serde_json::to_string_pretty(&value).unwrap();
        assert_eq!(without_hidden(json.clone()), json);
    }
}
