//! Coins that come back by themselves, when their lock time has come.

use std::sync::Arc;
use std::time::Duration;

use countersign::journal::{Outcome, State};
use countersign::{TrackOptions, Worker, WorkerOptions};
use countersign_sandbox::SandboxConfig;
use countersign_tests::{SHORT, short_steps};

use super::bed::{Bed, key, options};

/// A sandbox that never pays, whose deadlines and locks are short.
fn failing() -> SandboxConfig {
    let (intent_lifetime, refund_delay) = (Duration::from_secs(3), Duration::from_secs(3));
    SandboxConfig { resolver_fails: true, intent_lifetime, refund_delay, ..short_steps() }
}

#[tokio::test]
async fn coins_come_back_when_the_counterparty_does_not_pay() {
    let bed = Bed::new(failing(), "BTC@bitcoin").await;
    let worker = bed.worker();
    let done = worker.swap(&key("one"), &bed.scene.request(), |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Refunded), "{:?}", done.reason);
    let names = bed.names(done.swap_id).await;
    assert!(names.contains(&"refund"), "{names:?}");
    assert_eq!(names.last(), Some(&"released"));
}

#[tokio::test]
async fn the_escrow_gives_back_what_was_not_paid_for() {
    let bed = Bed::new(failing(), "USDC@ethereum").await;
    let before = bed.scene.funds();
    let done = bed.worker().swap(&key("one"), &bed.scene.request(), |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Refunded), "{:?}", done.reason);
    assert_eq!(bed.scene.funds(), before);
}

#[tokio::test]
async fn a_refund_is_carried_on_by_another_worker() {
    let bed = Bed::new(failing(), "BTC@bitcoin").await;
    let track = TrackOptions { deadline: Duration::from_millis(500), ..SHORT };
    let brief = WorkerOptions { track, ..options() };
    let brief = Worker::new(bed.scene.countersign(), Arc::clone(&bed.store), brief);
    let open = brief.swap(&key("one"), &bed.scene.request(), |_| {}).await.unwrap();
    assert!(!open.state.is_ended(), "{:?}", open.state);
    tokio::time::sleep(Duration::from_millis(200)).await;
    let done = bed.worker().resume_one(open.swap_id, |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Refunded), "{:?}", done.reason);
}
