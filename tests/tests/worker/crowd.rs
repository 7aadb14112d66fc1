//! Many swaps at a time, of which one must not be the others' trouble.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use countersign::journal::{Lease, Outcome, State, StoreError, Term};
use countersign::units::UnixMillis;
use countersign::{
    ApiError, Clock as _, DefiApi, Intent, Offer, Order, Progress, Status, Submission, SwapApi,
    SwapStatus, SystemClock, WorkError, Worker, WorkerOptions,
};
use countersign_sandbox::SandboxConfig;
use countersign_tests::{SetClock, short_steps};

use super::bed::{Bed, key, options};
use super::liar::Liar;
use super::places::{brief, policy_with, worker};
use super::rigged::Rigged;

/// Leaves swaps open of which nothing more is said.
async fn left_open(bed: &Bed, names: &[&str]) -> Vec<Progress> {
    let api = Liar::saying(bed, Status::Approved).idle();
    let worker = worker(bed, api, bed.scene.config(), &SetClock::default(), brief());
    let mut open = Vec::new();
    for name in names {
        let progress = worker.swap(&key(name), &bed.scene.request(), |_| {}).await.unwrap();
        assert!(!progress.state.is_ended(), "{:?}", progress.reason);
        open.push(progress);
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    open
}

fn in_millis(wait: u64) -> UnixMillis {
    UnixMillis::new(SystemClock.now().value().saturating_add(wait))
}

async fn lease(bed: &Bed, open: &Progress, lasts: u64) -> Result<Lease, StoreError> {
    let holder = key("another");
    let term = Term { holder: &holder, until: in_millis(lasts) };
    bed.store.lease(open.swap_id, &term, SystemClock.now()).await
}

#[tokio::test]
async fn a_swap_that_was_looked_after_is_not_put_away() {
    let bed = Bed::new(short_steps(), "USDC@ethereum").await;
    let open = left_open(&bed, &["one", "two"]).await;
    // While this one is waited for, the other one is due again.
    let _held = lease(&bed, &open[1], 3_000).await.unwrap();
    let (lease_time, hold) = (Duration::from_secs(4), Duration::from_secs(2));
    let options = WorkerOptions { lease: lease_time, hold, ..options() };
    let api = Liar::saying(&bed, Status::Approved).idle();
    let worker = worker(&bed, api, bed.scene.config(), &SetClock::default(), options);
    let mut told = Vec::new();
    Arc::new(worker).resume(2, |swap_id, _| told.push(swap_id)).await.unwrap();
    assert_eq!(told, [open[0].swap_id, open[1].swap_id]);
    tokio::time::sleep(Duration::from_millis(400)).await;
    let free = lease(&bed, &open[0], 1_000).await;
    assert!(free.is_ok(), "{free:?}");
}

/// An API with a mistake in it.
struct Panicking(DefiApi);

#[async_trait]
impl SwapApi for Panicking {
    async fn quote(&self, order: &Order) -> Result<Offer, ApiError> {
        self.0.quote(order).await
    }

    async fn create(&self, order: &Order, offer: &Offer) -> Result<Intent, ApiError> {
        self.0.create(order, offer).await
    }

    async fn submit(&self, intent_id: &str, approval: &Submission) -> Result<(), ApiError> {
        self.0.submit(intent_id, approval).await
    }

    async fn status(&self, intent_id: &str) -> Result<SwapStatus, ApiError> {
        assert!(intent_id.is_empty(), "a mistake");
        self.0.status(intent_id).await
    }
}

#[tokio::test]
async fn a_step_that_panics_is_told_of() {
    let bed = Bed::new(short_steps(), "USDC@ethereum").await;
    let open = left_open(&bed, &["one", "two"]).await;
    let worker = bed.worker_over(Panicking(bed.scene.api()), bed.scene.config());
    let mut told = Vec::new();
    let tell = |swap_id, driven: &Result<Progress, WorkError>| {
        told.push((swap_id, driven.as_ref().unwrap_err().code()));
    };
    Arc::new(worker).resume(2, tell).await.unwrap();
    told.sort_unstable();
    assert_eq!(told, [0, 1].map(|which| (open[which].swap_id, "panicked")));
}

#[tokio::test]
async fn a_journal_that_fails_cuts_no_swap_off() {
    let slow = SandboxConfig { step: Duration::from_millis(300), ..short_steps() };
    let bed = Bed::new(slow, "USDC@ethereum").await;
    let paused = policy_with(&bed, "paused", "true");
    let paused = worker(&bed, bed.scene.api(), paused, &SetClock::default(), brief());
    let open = paused.swap(&key("one"), &bed.scene.request(), |_| {}).await.unwrap();
    assert_eq!(open.state, State::Verified);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let asked = AtomicU32::new(0);
    let store = Rigged::leasing(&bed.store, move || match asked.fetch_add(1, Ordering::SeqCst) {
        0 => Ok(()),
        _ => Err(StoreError::NotDurable("a setting was changed")),
    });
    let worker = Worker::new(bed.scene.countersign(), Arc::new(store), options());
    let mut states = Vec::new();
    let tell = |_, driven: &Result<Progress, WorkError>| {
        states.push(driven.as_ref().unwrap().state);
    };
    let failed = Arc::new(worker).resume(2, tell).await.unwrap_err();
    assert_eq!(failed.code(), "not_durable");
    assert_eq!(states, [State::Ended(Outcome::Finished)]);
}
