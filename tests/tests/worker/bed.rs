//! A sandbox, a journal in a file, and workers over both.

use std::sync::Arc;
use std::time::Duration;

use countersign::api_types::defi::Profile;
use countersign::journal::{Label, SqliteStore, Store};
use countersign::{Config, CountersignBuilder, SwapApi, Worker, WorkerOptions};
use countersign_sandbox::SandboxConfig;
use countersign_tests::{SHORT, Scene};
use tempfile::TempDir;

pub(super) struct Bed {
    pub(super) scene: Scene,
    pub(super) store: Arc<dyn Store>,
    _folder: TempDir,
}

impl Bed {
    pub(super) async fn new(config: SandboxConfig, from: &str) -> Self {
        let to = if from.ends_with("solana") { "USDC@ethereum" } else { "SOL@solana" };
        let scene = Scene::start_from(config, Profile::G3, from, to).await;
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("journal.db")).await.unwrap();
        Self { scene, store: Arc::new(store), _folder: folder }
    }

    /// A worker with the scene's keys.
    pub(super) fn worker(&self) -> Worker {
        self.worker_over(self.scene.api(), self.scene.config())
    }

    pub(super) fn worker_over(&self, api: impl SwapApi + 'static, config: Config) -> Worker {
        self.worker_of(self.scene.builder_over(api, config))
    }

    pub(super) fn worker_of(&self, builder: CountersignBuilder) -> Worker {
        Worker::new(builder.build(), Arc::clone(&self.store), options())
    }

    /// The names of what happened in a swap.
    pub(super) async fn names(&self, swap_id: countersign::approval::SwapId) -> Vec<&'static str> {
        let history = self.store.load(swap_id).await.unwrap();
        history.links.iter().map(|link| link.entry.what.name()).collect()
    }
}

pub(super) fn options() -> WorkerOptions {
    WorkerOptions {
        lease: Duration::from_secs(2),
        track: SHORT,
        hold: Duration::from_secs(5),
        ..WorkerOptions::new(key("worker"))
    }
}

pub(super) fn key(name: &str) -> Label {
    Label::new(name).unwrap()
}
