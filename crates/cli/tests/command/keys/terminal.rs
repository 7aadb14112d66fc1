//! What is typed on a terminal.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::process::{Child, Stdio};

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::{PASSPHRASE, Vault};
use crate::command;

/// A command on a terminal of its own, and whoever sits at it.
struct Session {
    child: Child,
    keyboard: File,
    screen: String,
}

impl Session {
    fn start(arguments: &[&str]) -> Self {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&terminal).unwrap();
        unlockpt(&terminal).unwrap();
        let name = ptsname(&terminal, Vec::new()).unwrap();
        let side = || -> OwnedFd {
            open(name.as_c_str(), OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap()
        };
        let mut command = command(arguments);
        let [stdin, stdout, stderr] = [(); 3].map(|()| Stdio::from(side()));
        let child = command.stdin(stdin).stdout(stdout).stderr(stderr).spawn().unwrap();
        Self { child, keyboard: File::from(terminal), screen: String::new() }
    }

    /// Waits until this is asked, and answers.
    fn answer(&mut self, question: &str, answer: &str) {
        let from = self.screen.len();
        while !self.screen[from..].contains(question) {
            assert!(self.look(), "expected {question:?}, found {:?}", self.screen);
        }
        self.keyboard.write_all(answer.as_bytes()).unwrap();
    }

    /// Reads on; not if the command has ended.
    fn look(&mut self) -> bool {
        let mut bytes = [0; 1024];
        let read = self.keyboard.read(&mut bytes).unwrap_or_default();
        self.screen.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
        read > 0
    }

    /// Waits for the end, and returns the exit status and all that was on the screen.
    fn end(mut self) -> (Option<i32>, String) {
        while self.look() {}
        (self.child.wait().unwrap().code(), self.screen)
    }
}

fn new(vault: &Vault) -> Session {
    let new = ["keys", "new", "seed", "--words", "12", "--work-factor", "14"];
    Session::start(&[&new[..], &["--keystore", &vault.keystore]].concat())
}

#[test]
fn a_passphrase_is_asked_for_twice_and_not_shown_and_the_words_are() {
    let vault = Vault::new();
    let mut session = new(&vault);
    // With a mistake that is taken back.
    session.answer("a new passphrase for", "correct horsx\x7fe battery staple\n");
    session.answer("the same passphrase again", &format!("no\x15{PASSPHRASE}\n"));
    let (status, screen) = session.end();
    assert_eq!(status, Some(0), "{screen}");
    assert!(!screen.contains("correct") && !screen.contains("staple"), "{screen}");
    let words = screen.trim_end().lines().last().unwrap();
    assert_eq!(words.split_whitespace().count(), 12, "{screen}");
    // It is the one that was typed.
    vault.done(&["new", "one", "--curve", "ed25519"]);
}

#[test]
fn nothing_is_made_where_the_second_differs_or_ctrl_c_is_typed() {
    for (answers, expected, told) in [
        (&["correct horse\n", "correct house\n"][..], 2, "the two are not the same"),
        (&["\x03"], 130, "interrupted"),
        (&["abc\x03"], 130, "interrupted"),
        (&["\x04"], 130, "interrupted"),
    ] {
        let vault = Vault::new();
        let mut session = new(&vault);
        for (question, answer) in ["a new passphrase for", "again"].into_iter().zip(answers) {
            session.answer(question, answer);
        }
        let (status, screen) = session.end();
        assert_eq!(status, Some(expected), "{screen}");
        assert!(screen.contains(told), "{screen}");
        assert!(!screen.contains("correct"), "{screen}");
        assert!(!std::fs::exists(&vault.keystore).unwrap());
    }
}

#[test]
fn a_keystore_is_opened_by_what_is_typed() {
    let vault = Vault::new();
    vault.done(&["new", "one", "--curve", "secp256k1"]);
    for (typed, expected) in [(PASSPHRASE, 0), ("wrong wrong", 2)] {
        let add = ["keys", "new", "two", "--curve", "ed25519", "--work-factor", "14"];
        let mut session = Session::start(&[&add[..], &["--keystore", &vault.keystore]].concat());
        session.answer("the passphrase of", &format!("{typed}\n"));
        let (status, screen) = session.end();
        assert_eq!(status, Some(expected), "{screen}");
        assert!(!screen.contains(typed), "{screen}");
    }
}
