//! A Postgres of its own, from the system's packages, on a private socket.

use std::fs;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long it may take to start.
const START: Duration = Duration::from_mins(1);
/// Where packages put the programs, beside the search path.
const PACKAGES: &str = "/usr/lib/postgresql";

/// A server that ends with this value.
#[derive(Debug)]
pub struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    server: Child,
    databases: AtomicU32,
}

impl Cluster {
    /// Starts a server. Without the programs, says that the test was skipped.
    ///
    /// # Panics
    ///
    /// Panics if there are programs and they do not start.
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            println!("skipped: needs postgres");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        if let Some((user, group)) = stand_in() {
            chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let made = unprivileged(&programs.join("initdb"))
            .args(["--auth=trust", "--encoding=UTF8", "--locale=C", "--username=journal", "-D"])
            .arg(folder.path().join("data"))
            .stdout(Stdio::null())
            .status();
        assert!(made.unwrap().success(), "expected a cluster to be made");
        let server = serve(&programs, folder.path());
        Some(Self { folder, programs, server, databases: AtomicU32::new(0) })
    }

    /// Makes an empty database and returns its URL.
    ///
    /// # Panics
    ///
    /// Panics if it can't be made.
    pub fn new_database(&self) -> String {
        let name = format!("journal_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut make = Command::new(self.programs.join("createdb"));
        make.arg("-h").arg(self.folder.path()).args(["-U", "journal", &name]);
        assert!(make.status().unwrap().success(), "expected a database to be made");
        self.url(&name)
    }

    /// Ends the server at once, as a loss of power would.
    ///
    /// # Panics
    ///
    /// Panics if it does not end.
    pub fn crash(&mut self) {
        let pid = self.server.id().to_string();
        let stop = |mode: &str| {
            let mut command = unprivileged(&self.programs.join("pg_ctl"));
            command.args(["stop", "-m", mode, "-D"]).arg(self.folder.path().join("data"));
            command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap()
        };
        assert!(stop("immediate").success(), "expected server {pid} to end");
        self.server.wait().unwrap();
    }

    /// Starts the server again.
    ///
    /// # Panics
    ///
    /// Panics if it does not start.
    pub fn restart(&mut self) {
        self.server = serve(&self.programs, self.folder.path());
    }

    fn url(&self, database: &str) -> String {
        let socket = self.folder.path().to_str().unwrap().replace('/', "%2F");
        format!("postgres://journal@{socket}/{database}")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // The programs of a session are the server's children, so it has to end them itself.
        let mut stop = unprivileged(&self.programs.join("pg_ctl"));
        stop.args(["stop", "-m", "immediate", "-D"]).arg(self.folder.path().join("data"));
        let _ = stop.stdout(Stdio::null()).stderr(Stdio::null()).status();
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn serve(programs: &Path, folder: &Path) -> Child {
    let log = fs::File::create(folder.join("log")).unwrap();
    let server = unprivileged(&programs.join("postgres"))
        .arg("-D")
        .arg(folder.join("data"))
        .arg("-k")
        .arg(folder)
        .args(["-c", "listen_addresses=", "-c", "max_connections=200"])
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap();
    let began = Instant::now();
    let ready = || {
        let mut ask = Command::new(programs.join("pg_isready"));
        ask.arg("-q").arg("-h").arg(folder).status().unwrap().success()
    };
    while !ready() {
        let log = || fs::read_to_string(folder.join("log")).unwrap_or_default();
        assert!(began.elapsed() < START, "expected the server to listen: {}", log());
        sleep(Duration::from_millis(50));
    }
    server
}

/// Finds the folder of the programs: in the search path, or the newest package.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let mut packages: Vec<PathBuf> = fs::read_dir(PACKAGES)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    packages.sort();
    folders.extend(packages.into_iter().rev());
    let needed = ["initdb", "postgres", "pg_ctl", "pg_isready", "createdb"];
    folders.into_iter().find(|folder| needed.iter().all(|name| folder.join(name).is_file()))
}

/// Runs a program as somebody who is not root: the server refuses to be.
fn unprivileged(program: &Path) -> Command {
    let Some((user, group)) = stand_in() else { return Command::new(program) };
    let mut command = Command::new("setpriv");
    command.arg(format!("--reuid={user}")).arg(format!("--regid={group}")).arg("--clear-groups");
    command.arg("--").arg(program);
    // Where it stands may be a folder that only root may enter.
    command.current_dir("/");
    command
}

/// Who stands in for root: the packages' own user, else nobody.
fn stand_in() -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt as _;
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
