use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use countersign::check::{Verdict, check_line};
use countersign::units::UnixSeconds;

use crate::exit::Failure;

/// The longest line that is read; a longer one gets a verdict of its own and is passed over.
pub(crate) const MAX_LINE: usize = 1 << 20;
/// How much is read ahead. It also bounds what a worker takes at once.
const READ_AHEAD: usize = 1 << 18;

/// A file of lines, or standard input.
pub(crate) struct Input {
    name: String,
    reader: BufReader<Box<dyn Read + Send>>,
}

/// A line, or why there is none to judge.
pub(crate) enum Line {
    Text(String),
    Unreadable(&'static str),
}

impl Line {
    pub(crate) fn judge(&self, now: UnixSeconds) -> Verdict {
        match self {
            Self::Text(text) => check_line(text, now),
            Self::Unreadable(why) => Verdict::unreadable(why),
        }
    }
}

/// Reads line by line in constant memory.
pub(crate) struct Lines {
    input: Input,
    buffer: Vec<u8>,
}

impl Input {
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let reader: Box<dyn Read + Send> = if path == Path::new("-") {
            Box::new(io::stdin())
        } else {
            let file = File::open(path);
            Box::new(file.map_err(|source| Failure::Input { what: name.clone(), source })?)
        };
        Ok(Self { name, reader: BufReader::with_capacity(READ_AHEAD, reader) })
    }
}

impl Lines {
    pub(crate) const fn new(input: Input) -> Self {
        Self { input, buffer: Vec::new() }
    }

    /// Says whether the next line may have to be waited for.
    pub(crate) fn may_wait(&self) -> bool {
        !self.input.reader.buffer().contains(&b'\n')
    }

    /// Returns the next line that is not empty.
    pub(crate) fn next_line(&mut self) -> Result<Option<Line>, Failure> {
        loop {
            self.buffer.clear();
            let whole = self.read().map_err(Failure::io(self.input.name.clone()))?;
            if !whole {
                return Ok(Some(Line::Unreadable("expected at most 1048576 bytes")));
            }
            if self.buffer.is_empty() {
                return Ok(None);
            }
            let text = std::str::from_utf8(&self.buffer).map(|text| text.trim_ascii().to_owned());
            match text {
                Ok(text) if text.is_empty() => {}
                Ok(text) => return Ok(Some(Line::Text(text))),
                Err(_) => return Ok(Some(Line::Unreadable("expected UTF-8"))),
            }
        }
    }

    /// Reads a line into the buffer and says whether it is all of it.
    fn read(&mut self) -> io::Result<bool> {
        let reader = &mut self.input.reader;
        let limit = u64::try_from(MAX_LINE).unwrap_or(u64::MAX);
        reader.by_ref().take(limit).read_until(b'\n', &mut self.buffer)?;
        if self.buffer.len() < MAX_LINE || self.buffer.last() == Some(&b'\n') {
            return Ok(true);
        }
        Ok(skip_line(reader)? == 0)
    }
}

/// Passes over the rest of a line and returns how long it was.
fn skip_line(reader: &mut impl BufRead) -> io::Result<usize> {
    let mut skipped = 0_usize;
    loop {
        let chunk = reader.fill_buf()?;
        let end = chunk.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(chunk.len(), |end| end.saturating_add(1));
        let done = end.is_some() || chunk.is_empty();
        reader.consume(used);
        skipped = skipped.saturating_add(used);
        if done {
            return Ok(skipped);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: Vec<u8>) -> Vec<String> {
        let reader: Box<dyn Read + Send> = Box::new(io::Cursor::new(text));
        let input = Input { name: "test".to_owned(), reader: BufReader::new(reader) };
        let (mut lines, mut read) = (Lines::new(input), Vec::new());
        while let Some(line) = lines.next_line().unwrap() {
            read.push(match line {
                Line::Text(text) => text,
                Line::Unreadable(why) => format!("! {why}"),
            });
        }
        read
    }

    #[test]
    fn reads_every_line_and_tells_what_is_too_long() {
        let long = "x".repeat(3 << 20);
        let read = lines(format!("a\n\n  \n{long}\nb").into_bytes());
        assert_eq!(read, ["a", "! expected at most 1048576 bytes", "b"]);
        assert_eq!(lines(vec![b'a', 0xff, b'\n', b'b']), ["! expected UTF-8", "b"]);
    }

    #[test]
    fn what_follows_an_honest_line_of_full_length_is_not_dropped() {
        let full = "y".repeat(MAX_LINE);
        assert_eq!(lines(full.clone().into_bytes()).concat(), full);
        assert_eq!(lines(format!("{full}{{}}").into_bytes()), ["! expected at most 1048576 bytes"]);
    }
}
