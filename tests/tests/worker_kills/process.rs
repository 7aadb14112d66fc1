//! A worker process, as who started it sees it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::NamedTempFile;

use crate::orders::Orders;

/// Names the file of the orders.
pub(crate) const ORDERS: &str = "COUNTERSIGN_WORKER_ORDERS";
/// How long a process may take until it says something that is waited for.
const PATIENCE: Duration = Duration::from_secs(90);
const KILLED: i32 = 9;

/// What a worker process said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// It is set up.
    Began,
    /// The swap of a key is in the journal.
    Opened { key: String, swap_id: String },
    /// It has signed for the swap of a key.
    Signed { key: String },
    /// The swap of a key is at its end.
    Ended { key: String, state: String },
    /// Something else.
    Other(String),
}

/// A worker process. It is killed when this value goes.
pub(crate) struct Process {
    child: Child,
    lines: Receiver<Said>,
    _orders: NamedTempFile,
}

impl Process {
    pub(crate) fn start(orders: &Orders) -> Self {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(&serde_json::to_vec(orders).unwrap()).unwrap();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "child::worker", "--nocapture"]).env(ORDERS, file.path());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let (output, (tell, lines)) = (child.stdout.take().unwrap(), channel());
        spawn(move || read(output, &tell));
        Self { child, lines, _orders: file }
    }

    /// Waits until the process stands still.
    pub(crate) fn wait_for_stop(&self) {
        let stat = format!("/proc/{}/stat", self.child.id());
        let began = Instant::now();
        while !std::fs::read_to_string(&stat).unwrap().contains(") T ") {
            assert!(began.elapsed() < PATIENCE, "expected a process to stop");
            sleep(Duration::from_millis(10));
        }
    }

    /// Has a process that stands still go on.
    pub(crate) fn go_on(&self) {
        let id = Pid::from_raw(self.child.id().try_into().unwrap()).unwrap();
        kill_process(id, Signal::CONT).unwrap();
    }

    /// Waits for the next thing that is said; nothing if the process is gone.
    pub(crate) fn next(&self) -> Option<Said> {
        self.lines.recv_timeout(PATIENCE).ok()
    }

    /// Kills the process, and says whether it was that which ended it.
    pub(crate) fn kill(&mut self) -> bool {
        self.child.kill().unwrap();
        was_killed(self.child.wait().unwrap())
    }

    /// Waits for the end, and returns it with all that was said.
    pub(crate) fn end(mut self) -> (ExitStatus, Vec<Said>) {
        let said: Vec<_> = std::iter::from_fn(|| self.next()).collect();
        (self.child.wait().unwrap(), said)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Says whether a process ended as if the power had gone.
pub(crate) fn was_killed(status: ExitStatus) -> bool {
    status.signal() == Some(KILLED)
}

/// Reads whole lines: a process that is killed may be in the middle of one.
fn read(output: ChildStdout, tell: &Sender<Said>) {
    let lines = BufReader::new(output).lines().map_while(Result::ok);
    let said = lines.filter_map(|line| Some(understand(line.split_once("@ ")?.1)));
    said.take_while(|said| tell.send(said.clone()).is_ok()).for_each(drop);
}

fn understand(line: &str) -> Said {
    let words: Vec<_> = line.split(' ').map(str::to_owned).collect();
    match words.as_slice() {
        [word] if word == "began" => Said::Began,
        [word, key, swap_id] if word == "opened" => {
            Said::Opened { key: key.clone(), swap_id: swap_id.clone() }
        }
        [word, key] if word == "signed" => Said::Signed { key: key.clone() },
        [word, key, state] if word == "ended" => {
            Said::Ended { key: key.clone(), state: state.clone() }
        }
        _ => Said::Other(line.to_owned()),
    }
}
