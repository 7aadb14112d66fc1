use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use crate::exit::Failure;

/// The longest line that is read; what follows on a longer one is passed over.
pub(crate) const MAX_LINE: u64 = 1 << 20;

/// A file of lines, or standard input.
pub(crate) struct Input {
    name: String,
    reader: Box<dyn BufRead + Send>,
}

/// Reads line by line in constant memory.
pub(crate) struct Lines {
    input: Input,
    buffer: Vec<u8>,
}

impl Input {
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let reader: Box<dyn BufRead + Send> = if path == Path::new("-") {
            Box::new(BufReader::new(io::stdin()))
        } else {
            Box::new(BufReader::new(File::open(path).map_err(Failure::io(name.clone()))?))
        };
        Ok(Self { name, reader })
    }
}

impl Lines {
    pub(crate) const fn new(input: Input) -> Self {
        Self { input, buffer: Vec::new() }
    }

    /// Returns the next line that is not empty. A line that is too long or no UTF-8 comes back cut
    /// or empty, so that it is judged to be invalid and not passed over.
    pub(crate) fn next_line(&mut self) -> Result<Option<&str>, Failure> {
        loop {
            self.buffer.clear();
            let read = self.read().map_err(Failure::io(self.input.name.clone()))?;
            if read == 0 {
                return Ok(None);
            }
            if !self.buffer.trim_ascii().is_empty() {
                return Ok(Some(std::str::from_utf8(&self.buffer).unwrap_or_default().trim_end()));
            }
        }
    }

    fn read(&mut self) -> io::Result<usize> {
        let reader = &mut self.input.reader;
        let read = reader.as_mut().take(MAX_LINE).read_until(b'\n', &mut self.buffer)?;
        if u64::try_from(read).is_ok_and(|read| read == MAX_LINE)
            && self.buffer.last() != Some(&b'\n')
        {
            skip_line(reader.as_mut())?;
        }
        Ok(read)
    }
}

fn skip_line(reader: &mut dyn BufRead) -> io::Result<()> {
    loop {
        let chunk = reader.fill_buf()?;
        let end = chunk.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(chunk.len(), |end| end.saturating_add(1));
        let done = end.is_some() || chunk.is_empty();
        reader.consume(used);
        if done {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: Vec<u8>) -> Vec<String> {
        let input = Input { name: "test".to_owned(), reader: Box::new(io::Cursor::new(text)) };
        let (mut lines, mut read) = (Lines::new(input), Vec::new());
        while let Some(line) = lines.next_line().unwrap() {
            read.push(line.to_owned());
        }
        read
    }

    #[test]
    fn reads_every_line_and_cuts_what_is_too_long() {
        let long = "x".repeat(3 << 20);
        let read = lines(format!("a\n\n  \n{long}\nb").into_bytes());
        assert_eq!(read.len(), 3);
        assert_eq!((read[0].as_str(), read[1].len(), read[2].as_str()), ("a", 1 << 20, "b"));
        assert_eq!(lines(vec![b'a', 0xff, b'\n', b'b']), ["", "b"]);
    }
}
