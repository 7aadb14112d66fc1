//! The program's traces, and what is found in them.

use countersign_sandbox::Sandbox;
use tempfile::TempDir;

use crate::counterparty::{echo, sandboxes, signing_service};
use crate::findings::{Finding, require_all, require_none};
use crate::memory;
use crate::orders::{Manner, Orders, Site};
use crate::planted::{Held, Plot};
use crate::process::{Program, dumped};
use crate::search::Search;

/// What the program writes, but for its journal.
const FILES: [&str; 4] = ["stderr", "log", "debug", "errors"];
/// The journal while it is open.
const JOURNAL: [&str; 3] = ["journal.db", "journal.db-wal", "journal.db-shm"];

/// A program that runs, and what was planted in it.
pub(crate) struct Trial {
    pub(crate) program: Program,
    pub(crate) plot: Plot,
    _sandboxes: (Sandbox, Sandbox),
}

impl Trial {
    /// Starts the program with secrets of its own, and all that it talks to.
    pub(crate) async fn start(manner: Manner) -> Self {
        let (honest, hostile) = sandboxes().await;
        let (plot, folder) = (Plot::new(&honest, &hostile), TempDir::new().unwrap());
        plot.write(folder.path());
        let secret = std::fs::read_to_string(folder.path().join("hmac")).unwrap();
        let orders = Orders {
            folder: folder.path().to_owned(),
            honest: Site::of(&honest),
            hostile: Site::of(&hostile),
            echo: echo().await,
            service: signing_service(&honest, &secret).await,
            manner,
        };
        let program = Program::start(folder, &orders);
        Self { program, plot, _sandboxes: (honest, hostile) }
    }

    /// Waits until the program has come to a place.
    pub(crate) fn wait_for(&mut self, place: &str) {
        tokio::task::block_in_place(|| self.program.wait_for(place));
    }

    /// Searches all that the program has written so far.
    pub(crate) fn look(&self) -> Vec<Finding> {
        let search = Search::new(&self.plot.secrets);
        let mut found = search.look("stdout", self.program.said());
        for name in FILES {
            found.extend(search.look(name, &self.program.file(name)));
        }
        for name in JOURNAL {
            found.extend(search.look("journal", &self.program.file(name)));
        }
        found
    }

    /// Searches an image of the program's memory for secrets that are held in certain ways.
    pub(crate) fn look_in(&self, place: &'static str, image: &[u8], held: &[Held]) -> Vec<Finding> {
        let secrets = self.plot.secrets.iter().filter(|secret| held.contains(&secret.held));
        Search::new(secrets).look(place, image)
    }

    fn names(&self, held: &[Held]) -> Vec<&'static str> {
        let secrets = self.plot.secrets.iter().filter(|secret| held.contains(&secret.held));
        secrets.map(|secret| secret.name).collect()
    }
}

const ERASED: [Held; 2] = [Held::Kept, Held::Passing];

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_swaps_and_fails_leaves_no_secret_behind() {
    let mut trial = Trial::start(Manner::Open).await;
    trial.wait_for("holding");
    let done = trial.program.file("done");
    assert_eq!(String::from_utf8_lossy(&done).lines().count(), 6, "all swaps were made");
    for name in ["log", "debug", "errors", "journal.db"] {
        assert!(trial.program.file(name).len() > 1000, "there is something to search in {name}");
    }
    require_none(trial.look());
    if let Some(image) = memory::read(trial.program.id()) {
        let found = trial.look_in("memory", &image, &ERASED);
        require_all("memory in use", trial.names(&[Held::Kept]), &found);
        trial.program.go_on();
        trial.wait_for("dropped");
        let image = memory::read(trial.program.id()).unwrap();
        require_none(trial.look_in("memory", &image, &ERASED));
    } else {
        println!("skipped: needs the right to read the memory of a child");
        trial.program.go_on();
        trial.wait_for("dropped");
    }
    let status = trial.program.abort();
    match trial.program.core() {
        Some(core) => require_none(trial.look_in("core", &core, &ERASED)),
        None => println!("skipped: no core dumps here, {}", dumped(status)),
    }
    require_none(trial.look());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_is_found_in_each_place() {
    let mut trial = Trial::start(Manner::Careless).await;
    trial.wait_for("holding");
    trial.program.go_on();
    trial.wait_for("dropped");
    let found = trial.look();
    // Two follow from the mnemonic, and are in no file.
    let shown: Vec<_> = trial.plot.secrets.iter().map(|secret| secret.name).collect();
    let shown: Vec<_> =
        shown.into_iter().filter(|name| !["seed", "child"].contains(name)).collect();
    for place in ["stdout", "stderr", "log", "debug", "errors", "journal"] {
        let here: Vec<_> = found.iter().filter(|found| found.place == place).cloned().collect();
        require_all(place, shown.iter().copied(), &here);
    }
    let every = [Held::Kept, Held::Passing, Held::Sent];
    if let Some(image) = memory::read(trial.program.id()) {
        require_all("memory", shown.iter().copied(), &trial.look_in("memory", &image, &every));
    }
    trial.program.abort();
    if let Some(core) = trial.program.core() {
        require_all("core", shown.iter().copied(), &trial.look_in("core", &core, &every));
    }
}
