//! The program in a process of its own, as who started it sees it.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};
use tempfile::TempDir;

use crate::orders::{ORDERS, Orders};

/// The program. It is killed when this value goes.
pub(crate) struct Program {
    child: Child,
    output: BufReader<ChildStdout>,
    said: Vec<u8>,
    folder: TempDir,
}

impl Program {
    /// Starts the program where it may dump its core as large as it likes.
    pub(crate) fn start(folder: TempDir, orders: &Orders) -> Self {
        let place = folder.path().join("orders.json");
        fs::write(&place, serde_json::to_vec(orders).unwrap()).unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -c unlimited; exec \"$0\" \"$@\""]);
        command.arg(std::env::current_exe().unwrap());
        command.args(["--exact", "program::program", "--nocapture"]);
        command.env(ORDERS, place).current_dir(folder.path());
        let errors = File::create(folder.path().join("stderr")).unwrap();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(errors);
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output, said: Vec::new(), folder }
    }

    /// Waits until the program has come to a place.
    pub(crate) fn wait_for(&mut self, place: &str) {
        let (end, mut line) = (format!("@ {place}\n"), Vec::new());
        loop {
            line.clear();
            let read = self.output.read_until(b'\n', &mut line).unwrap();
            self.said.extend(&line);
            if read == 0 {
                let (said, errors) = (String::from_utf8_lossy(&self.said), self.file("stderr"));
                panic!("expected {place}: {said}\n{}", String::from_utf8_lossy(&errors));
            }
            if line.ends_with(end.as_bytes()) {
                return;
            }
        }
    }

    /// Lets the program go on from the place that it has come to.
    pub(crate) fn go_on(&mut self) {
        self.child.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    }

    /// Has the program die where it is, as where it does something that it must not.
    pub(crate) fn abort(&mut self) -> ExitStatus {
        kill_process(self.pid(), Signal::ABORT).unwrap();
        self.child.wait().unwrap()
    }

    /// Allows core dumps again, as only an administrator may; says whether that was possible.
    pub(crate) fn allow_cores(&self) -> bool {
        let unlimited = Rlimit { current: None, maximum: None };
        prlimit(Some(self.pid()), Resource::Core, unlimited).is_ok()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().try_into().unwrap()).unwrap()
    }

    /// Returns all that was said on standard output so far.
    pub(crate) fn said(&self) -> &[u8] {
        &self.said
    }

    /// Reads a file that the program has written; nothing if there is none.
    pub(crate) fn file(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.path().join(name)).unwrap_or_default()
    }

    /// Reads the core that was dumped where the program ran, if one was.
    pub(crate) fn core(&self) -> Option<Vec<u8>> {
        let files = fs::read_dir(self.folder.path()).unwrap().map(|file| file.unwrap().path());
        let is_core = |path: &PathBuf| {
            let name = Path::file_name(path).unwrap().to_string_lossy().into_owned();
            name == "core" || name.starts_with("core.")
        };
        files.into_iter().find(is_core).map(|path| fs::read(path).unwrap())
    }
}

/// Says whether a process left a core dump behind.
pub(crate) fn dumped(status: ExitStatus) -> bool {
    status.core_dumped()
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
