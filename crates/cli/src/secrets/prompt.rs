//! A secret that is typed on the terminal.

use std::io::{self, IsTerminal as _, Stdin};

use rustix::io::{Errno, read};
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};
use zeroize::Zeroizing;

use super::SecretError;
use crate::output;

/// What the keys send.
const CTRL_C: u8 = 0x03;
const CTRL_D: u8 = 0x04;
const CTRL_U: u8 = 0x15;
const CTRL_H: u8 = 0x08;
const BACKSPACE: u8 = 0x7f;

/// Longer than anything that people type; it is never moved.
const ROOM: usize = 4096;

/// Says whether there is somebody to ask, who sees the question.
pub(super) fn is_possible() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for a line, and shows nothing of it.
pub(super) fn ask(what: &str) -> Result<Zeroizing<String>, SecretError> {
    let hidden = Hidden::begin().map_err(SecretError::Terminal)?;
    output::say(format_args!("{}:", output::shown(what)));
    let line = line(&hidden.stdin);
    drop(hidden);
    line
}

/// A terminal that shows nothing of what is typed, and passes on each key at once, for as long as this
/// value lives. Ctrl-C is passed on as well: whoever is ended by it would leave the terminal so.
struct Hidden {
    stdin: Stdin,
    before: Termios,
}

impl Hidden {
    fn begin() -> io::Result<Self> {
        let stdin = io::stdin();
        let before = tcgetattr(&stdin)?;
        let mut modes = before.clone();
        let shown = LocalModes::ECHO.union(LocalModes::ICANON).union(LocalModes::ISIG);
        modes.local_modes.remove(shown);
        modes.special_codes[SpecialCodeIndex::VMIN] = 1;
        modes.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(&stdin, OptionalActions::Flush, &modes)?;
        Ok(Self { stdin, before })
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // A terminal that is gone needs nothing.
        let _ = tcsetattr(&self.stdin, OptionalActions::Now, &self.before);
    }
}

/// Reads key by key, past all buffers, in which a secret would stay.
fn line(stdin: &Stdin) -> Result<Zeroizing<String>, SecretError> {
    let mut typed = Zeroizing::new(Vec::with_capacity(ROOM));
    loop {
        let mut key = Zeroizing::new([0]);
        match read(stdin, key.as_mut_slice()) {
            Ok(0) | Err(Errno::IO) => return Err(SecretError::Interrupted),
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(error) => return Err(SecretError::Terminal(error.into())),
        }
        let [pressed] = *key;
        match pressed {
            b'\n' | b'\r' => break,
            CTRL_C => return Err(SecretError::Interrupted),
            CTRL_D if typed.is_empty() => return Err(SecretError::Interrupted),
            CTRL_D => break,
            CTRL_U => typed.clear(),
            CTRL_H | BACKSPACE => erase(&mut typed),
            other if typed.len() < ROOM => typed.push(other),
            _ => {}
        }
    }
    let text = std::str::from_utf8(&typed).map(|text| Zeroizing::new(text.to_owned()));
    let (from, most) = ("the terminal".to_owned(), super::LONGEST);
    text.map_err(|_| SecretError::NoText { from, most })
}

/// Takes the last character away, which may be of several bytes.
fn erase(typed: &mut Vec<u8>) {
    const CONTINUES: u8 = 0b1000_0000;
    const MARK: u8 = 0b1100_0000;
    while typed.pop().is_some_and(|byte| byte & MARK == CONTINUES) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_is_erased_as_a_whole() {
        for (text, left) in [("aé", "a"), ("a漢", "a"), ("ab", "a"), ("", ""), ("é", "")] {
            let mut typed = text.as_bytes().to_vec();
            erase(&mut typed);
            assert_eq!(typed, left.as_bytes(), "{text}");
        }
    }
}
