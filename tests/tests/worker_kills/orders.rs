//! What a worker process is told to do.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use countersign::journal::{Label, PostgresStore, SqliteStore, Store};
use countersign::units::UnixMillis;
use countersign::{Clock as _, SystemClock, TrackOptions, Worker, WorkerOptions};
use countersign_tests::{FaultApi, Faults, SignatureFile, Trap, WatchedStore};
use serde::{Deserialize, Serialize};

use crate::mood::{Mood, MoodyApi};
use crate::site::{Ask, By, Site};

/// Everything that a worker process needs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Orders {
    pub(crate) site: Site,
    pub(crate) by: By,
    /// Where the journal is: a path, or a URL of Postgres.
    pub(crate) journal: String,
    pub(crate) signatures: PathBuf,
    /// Where the process is killed or stopped.
    pub(crate) trap: Option<Trap>,
    /// When it begins, for processes that begin together.
    pub(crate) begins_at: UnixMillis,
    pub(crate) mood: Mood,
    pub(crate) lease_ms: u64,
    pub(crate) hold_ms: u64,
    /// How often it has a checkpoint signed, if it does.
    pub(crate) checkpoint_ms: Option<u64>,
    /// How many swaps it drives at a time.
    pub(crate) at_once: usize,
    pub(crate) job: Job,
}

/// What is to be done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Job {
    /// Run swaps to their ends.
    Swap(Vec<Ask>),
    /// The same, and drive what others have left meanwhile.
    SwapAndWork(Vec<Ask>),
    /// Carry each open swap on, once.
    Resume,
}

impl Orders {
    /// Makes the worker, with its traps and its moods.
    pub(crate) async fn worker(&self) -> Worker {
        let faults = Faults::new(self.trap);
        let signatures = SignatureFile::open(&self.signatures, faults.clone());
        let api =
            FaultApi::new(MoodyApi::new(self.site.api(self.by), self.mood.clone()), faults.clone());
        let flow = self.site.flow(api, &signatures, &faults).build();
        let store = WatchedStore::new(connect(&self.journal).await, &faults);
        Worker::new(flow, Arc::new(store), self.options())
    }

    /// Waits until it is time to begin.
    pub(crate) async fn wait(&self) {
        let left = self.begins_at.value().saturating_sub(SystemClock.now().value());
        tokio::time::sleep(Duration::from_millis(left)).await;
    }

    fn options(&self) -> WorkerOptions {
        let holder = Label::new(format!("worker-{}", std::process::id())).unwrap();
        WorkerOptions {
            lease: Duration::from_millis(self.lease_ms),
            hold: Duration::from_millis(self.hold_ms),
            track: TrackOptions {
                first_wait: Duration::from_millis(10),
                longest_wait: Duration::from_millis(100),
                deadline: Duration::from_mins(1),
            },
            ..WorkerOptions::new(holder)
        }
    }
}

/// Opens a journal.
pub(crate) async fn connect(place: &str) -> Arc<dyn Store> {
    if place.starts_with("postgres:") {
        Arc::new(PostgresStore::open(place, 8).await.unwrap())
    } else {
        Arc::new(SqliteStore::open(Path::new(place)).await.unwrap())
    }
}
