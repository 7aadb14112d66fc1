//! A journal beside a sandbox that runs as a server, and the commands over both.

use std::process::{Child, Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::served::Served;
use crate::{command, json, run};

pub(crate) struct Means {
    pub(crate) server: Served,
    pub(crate) folder: TempDir,
    pub(crate) journal: String,
}

impl Means {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let journal = format!("sqlite:{}", folder.path().join("journal.db").display());
        Self::over(folder, journal)
    }

    /// Takes another journal.
    pub(crate) fn over(folder: TempDir, journal: String) -> Self {
        Self { server: Served::start(&[]), folder, journal }
    }

    /// Returns the options by which any swap is carried on.
    pub(crate) fn options(&self) -> Vec<String> {
        let option = |source, name| self.server.option(source, name);
        let mut options: Vec<String> = [
            ("--journal", self.journal.clone()),
            ("--api-url", option("Ethereum", "--api-url")),
            ("--api-key-file", self.server.path("api-key")),
            ("--registry", self.server.path("registry.toml")),
            ("--policy", self.server.path("policy.toml")),
            ("--key-file", self.server.path("key")),
            ("--key-file", format!("bitcoin={}", self.server.path("coin-key"))),
            ("--key-file", format!("solana={}", self.server.path("solana-key"))),
        ]
        .into_iter()
        .flat_map(|(name, value)| [name.to_owned(), value])
        .collect();
        for source in ["Ethereum", "Bitcoin", "Solana"] {
            options.extend(["--rpc".to_owned(), option(source, "--rpc")]);
        }
        options
    }

    /// Returns a command over the journal with these arguments.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let options = self.options();
        let options = options.iter().map(String::as_str);
        command(&arguments.iter().copied().chain(options).collect::<Vec<_>>())
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Swaps from a chain, by the command that the server says for it.
    pub(crate) fn swap(&self, source: &str, key: &str, other: &[&str]) -> Output {
        let options = ["--journal", &self.journal, "--key", key, "--json"];
        self.server.swap(source, &[&options[..], other].concat())
    }

    /// Returns what the journal says of a swap.
    pub(crate) fn show(&self, key: &str) -> Value {
        json(&run(&["swaps", "show", "--json", key, "--journal", &self.journal], ""))
    }

    /// Returns how many swaps are in a state.
    pub(crate) fn count(&self, state: &str) -> u64 {
        let list = json(&run(&["swaps", "list", "--json", "--journal", &self.journal], ""));
        list["states"][state].as_u64().unwrap_or_default()
    }
}

/// Sends a signal.
pub(crate) fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Reads what a command wrote, one object a line.
pub(crate) fn lines(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
