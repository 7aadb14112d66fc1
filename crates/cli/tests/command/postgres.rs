//! A journal in a Postgres of its own, from the system's packages, on a private socket.

#![expect(clippy::print_stdout, reason = "a test that is skipped says what it needs")]

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::means::{Means, lines};
use crate::{json, private_file, run, stderr, stdout};

/// How long it may take to start.
const START: Duration = Duration::from_mins(1);
/// Where packages put the programs, beside the search path.
const PACKAGES: &str = "/usr/lib/postgresql";

/// A server that ends with this value.
struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    server: Child,
}

impl Cluster {
    /// Starts a server. Without the programs, says that the test was skipped.
    fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            println!("skipped: needs postgres");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        if let Some((user, group)) = stand_in() {
            chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let mut make = unprivileged(&programs.join("initdb"));
        make.args(["--auth=trust", "--encoding=UTF8", "--locale=C", "--username=journal", "-D"]);
        let done = make.arg(folder.path().join("data")).stdout(Stdio::null()).status().unwrap();
        assert!(done.success(), "expected a cluster to be made");
        let mut serve = unprivileged(&programs.join("postgres"));
        serve.arg("-D").arg(folder.path().join("data")).arg("-k").arg(folder.path());
        let server = serve.args(["-c", "listen_addresses="]).stderr(Stdio::null()).spawn().unwrap();
        let cluster = Self { folder, programs, server };
        cluster.wait();
        Some(cluster)
    }

    fn wait(&self) {
        let began = Instant::now();
        let ready = || {
            let mut ask = Command::new(self.programs.join("pg_isready"));
            ask.arg("-q").arg("-h").arg(self.folder.path()).status().unwrap().success()
        };
        while !ready() {
            assert!(began.elapsed() < START, "expected the server to listen");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn url(&self) -> String {
        let socket = self.folder.path().to_str().unwrap().replace('/', "%2F");
        format!("postgres://journal:SECRET42@{socket}/postgres")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut stop = unprivileged(&self.programs.join("pg_ctl"));
        stop.args(["stop", "-m", "immediate", "-D"]).arg(self.folder.path().join("data"));
        let _ = stop.stdout(Stdio::null()).stderr(Stdio::null()).status();
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Finds the folder of the programs: in the search path, or the newest package.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let packages = fs::read_dir(PACKAGES).into_iter().flatten().flatten();
    let mut packages: Vec<_> = packages.map(|entry| entry.path().join("bin")).collect();
    packages.sort();
    let mut folders = std::env::split_paths(&path).chain(packages.into_iter().rev());
    let needed = ["initdb", "postgres", "pg_ctl", "pg_isready"];
    folders.find(|folder| needed.iter().all(|name| folder.join(name).is_file()))
}

/// Runs a program as somebody who is not root: the server refuses to be.
fn unprivileged(program: &Path) -> Command {
    let Some((user, group)) = stand_in() else { return Command::new(program) };
    let mut command = Command::new("setpriv");
    command.arg(format!("--reuid={user}")).arg(format!("--regid={group}")).arg("--clear-groups");
    command.arg("--").arg(program).current_dir("/");
    command
}

/// Who stands in for root.
fn stand_in() -> Option<(u32, u32)> {
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let of = |name: &str| {
        let mut members = users.lines().map(|line| line.split(':'));
        let mut found = members.find_map(|mut line| (line.next() == Some(name)).then_some(line))?;
        Some((found.nth(1)?.parse().ok()?, found.next()?.parse().ok()?))
    };
    of("postgres").or_else(|| of("nobody"))
}

#[test]
fn two_processes_share_a_batch() {
    let Some(cluster) = Cluster::start() else { return };
    let means = Means::over(tempfile::tempdir().unwrap(), cluster.url());
    let recipient = means.server.option("Ethereum", "--recipient");
    let line = |number: usize| {
        format!(
            "{{\"key\":\"order-{number}\",\"from\":\"USDC@ethereum\",\"to\":\"SOL@solana\",\
             \"amount\":\"1\",\"recipient\":\"{recipient}\"}}\n"
        )
    };
    let text: String = (0..8).map(line).collect();
    let path = private_file(means.folder.path(), "batch.jsonl", &text);
    let begin = || {
        let mut batch = means.command(&["swap", "--batch", &path, "--json", "-vv"]);
        batch.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let (one, other) = (begin(), begin());
    let mut seen = Vec::new();
    for output in [one, other].map(|child| child.wait_with_output().unwrap()) {
        assert_eq!(output.status.code(), Some(0), "{}\n{}", stderr(&output), stdout(&output));
        assert!(!stderr(&output).contains("SECRET42"), "{}", stderr(&output));
        let mut ids: Vec<_> =
            lines(&output).iter().map(|line| line["swap_id"].to_string()).collect();
        ids.sort();
        seen.push(ids);
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!((seen[0].len(), means.count("finished")), (8, 8));
}

#[test]
fn a_journal_in_postgres_is_shown_and_proven() {
    let Some(cluster) = Cluster::start() else { return };
    let means = Means::over(tempfile::tempdir().unwrap(), cluster.url());
    let output = means.swap("Ethereum", "order-1", &["--timeout", "0"]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    let output = means.run(&["resume"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(means.show("order-1")["state"], "finished");
    let file = private_file(means.folder.path(), "where", &cluster.url());
    let at = ["--journal-file", file.as_str()];
    let key = means.folder.path().join("audit.pem").display().to_string();
    let public_key = run(&["audit", "keygen", "--out", &key], "");
    let public_key = stdout(&public_key).trim().to_owned();
    let output = run(&[&["audit", "checkpoint", "--key", &key], &at[..]].concat(), "");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let verify = ["audit", "verify", "--public-key", &public_key];
    let output = run(&[&verify, &at[..]].concat(), "");
    assert_eq!(output.status.code(), Some(0), "{}{}", stderr(&output), stdout(&output));
    // Gone, which is told by its code and without the URL.
    drop(cluster);
    let output = run(&[&["swaps", "list", "--json"], &at[..]].concat(), "");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(json(&output)["code"], "gone");
    assert!(!stderr(&output).contains("SECRET42"), "{}", stderr(&output));
}
