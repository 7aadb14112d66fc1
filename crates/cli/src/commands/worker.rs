//! Workers over a journal: how they are set up, stopped and audited.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use countersign::journal::{AuditKey, Label, Store};
use countersign::{Clock, Countersign, SwapApi, SystemClock, TrackOptions, Worker, WorkerOptions};
use tokio::time::{MissedTickBehavior, interval};

use super::audit;
use crate::arguments::Auditing;
use crate::connection::SetupError;
use crate::output;

/// A worker, and whether it was asked to stop.
pub(super) struct Crew {
    pub(super) worker: Arc<Worker>,
    audits: Option<(AuditKey, Duration)>,
    is_stopping: AtomicBool,
}

impl Crew {
    /// Puts a flow to work over a journal, for its own API and for others.
    pub(super) fn new(
        flow: Countersign,
        others: impl IntoIterator<Item = Arc<dyn SwapApi>>,
        store: Arc<dyn Store>,
        options: WorkerOptions,
        auditing: &Auditing,
    ) -> Result<Self, SetupError> {
        let key = auditing.audit_key.as_ref().map(|path| audit::read_key(path)).transpose()?;
        let every = auditing.audit_every.max(Duration::from_secs(1));
        let worker = others.into_iter().fold(Worker::new(flow, store, options), Worker::also);
        let worker = Arc::new(worker);
        let audits = key.map(|key| (key, every));
        Ok(Self { worker, audits, is_stopping: AtomicBool::new(false) })
    }

    /// Says whether nothing new is to be begun.
    pub(super) fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Relaxed)
    }

    /// Runs what the worker does until it is done. The first signal has each swap in hand come to a
    /// safe place; the second ends it at once, which is what a crash is, and returns nothing.
    pub(super) async fn run<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        let mut audits = pin!(self.audit());
        let done = loop {
            tokio::select! {
                done = &mut work => break Some(done),
                () = asked_to_stop() => {
                    if self.is_stopping.swap(true, Ordering::Relaxed) {
                        break None;
                    }
                    self.worker.stop();
                    output::say(format_args!(
                        "stopping; each swap in hand comes to a safe place first; once more ends \
                         at once"
                    ));
                }
                () = &mut audits => {}
            }
        };
        if let Some((key, _)) = &self.audits {
            self.checkpoint(key).await;
        }
        done
    }

    /// Makes a checkpoint every so often; never done.
    async fn audit(&self) {
        let Some((key, every)) = &self.audits else { return std::future::pending().await };
        let mut times = interval(*every);
        times.set_missed_tick_behavior(MissedTickBehavior::Delay);
        times.tick().await;
        loop {
            times.tick().await;
            self.checkpoint(key).await;
        }
    }

    async fn checkpoint(&self, key: &AuditKey) {
        match self.worker.store().checkpoint(key, SystemClock.now()).await {
            Ok(Some(made)) => {
                let anchor = audit::written(made.anchor());
                output::say(format_args!("checkpoint {anchor}"));
            }
            Ok(None) => {}
            // The next one commits to the same.
            Err(error) => output::say(format_args!("no checkpoint: {error}")),
        }
    }
}

/// Returns a worker's settings, with a name that tells processes apart.
pub(super) fn options(deadline: Duration) -> Result<WorkerOptions, SetupError> {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host: String = host.chars().filter(char::is_ascii_graphic).take(100).collect();
    let holder = format!("{host}:{}", std::process::id());
    let track = TrackOptions { deadline, ..TrackOptions::default() };
    Ok(WorkerOptions { track, ..WorkerOptions::new(Label::new(holder)?) })
}

/// Waits for Ctrl-C, or for what asks a service to end.
#[cfg(unix)]
async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signals) => signals.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        Ok(()) = tokio::signal::ctrl_c() => {}
        Some(()) = terminate => {}
        else => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn asked_to_stop() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
