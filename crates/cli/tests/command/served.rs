//! A sandbox that runs as a server of its own, by the files and commands that it hands out.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStderr, Command, Output, Stdio};

use tempfile::TempDir;

use crate::{run, stderr};

pub(crate) struct Served {
    server: Child,
    folder: TempDir,
    /// What it says before it waits, line by line.
    told: Vec<String>,
    /// Kept open, so that the server may say more.
    _stderr: BufReader<ChildStderr>,
}

impl Served {
    /// Starts a sandbox and waits until it has written its files.
    pub(crate) fn start(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut server = Command::new(env!("CARGO_BIN_EXE_countersign"))
            .args(["sandbox", "--out", folder.path().to_str().unwrap()])
            .args(options)
            .env_remove("RUST_LOG")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = BufReader::new(server.stderr.take().unwrap());
        let lines = (&mut stderr).lines().map(Result::unwrap);
        let told = lines.take_while(|line| line != "Ctrl-C ends it").collect();
        Self { server, folder, told, _stderr: stderr }
    }

    /// Returns the path of one of its files.
    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Returns the words of the command that it says for swaps from a chain, without the first,
    /// which is that of the program.
    pub(crate) fn command(&self, source: &str) -> Vec<String> {
        let told = self.told.join("\n").replace("\\\n", " ");
        let mut lines = told.lines().skip_while(|line| *line != format!("from {source}:")).skip(1);
        let mut words = lines.next().unwrap().split_whitespace().map(str::to_owned);
        assert_eq!(words.next().unwrap(), "countersign");
        words.collect()
    }

    /// Returns what follows an option in that command.
    pub(crate) fn option(&self, source: &str, option: &str) -> String {
        let mut words = self.command(source).into_iter();
        words.by_ref().find(|word| word == option).unwrap();
        words.next().unwrap()
    }

    /// Runs that command, with other options in addition or in place of its own.
    pub(crate) fn swap(&self, source: &str, other: &[&str]) -> Output {
        let mut words = self.command(source);
        for option in other.iter().filter(|word| word.starts_with("--")) {
            if let Some(place) = words.iter().position(|word| word == option) {
                words.remove(place);
                words.remove(place);
            }
        }
        let words: Vec<_> = words.iter().map(String::as_str).chain(other.iter().copied()).collect();
        run(&words, "")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[test]
fn each_command_that_it_says_swaps() {
    let server = Served::start(&[]);
    for source in ["Ethereum", "Bitcoin", "Solana"] {
        // Word for word: nothing is added, and nothing is left out.
        let words = server.command(source);
        let output = run(&words.iter().map(String::as_str).collect::<Vec<_>>(), "");
        assert_eq!(output.status.code(), Some(0), "{words:?}: {}", stderr(&output));
        let quoted = format!(" on {} for at least ", source.to_lowercase());
        assert!(stderr(&output).contains(&quoted), "{source}: {}", stderr(&output));
        assert_eq!(crate::stdout(&output), "Finished\n", "{source}");
    }
}
