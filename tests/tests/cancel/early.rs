//! What is cancelled before it was signed, or can't be cancelled.

use countersign::journal::{Outcome, State};

use crate::bed::Bed;

#[tokio::test(flavor = "multi_thread")]
async fn a_swap_that_waits_to_be_signed_ends_with_nothing_signed() {
    let bed = Bed::approvals("USDC@ethereum").await;
    let paused = bed.scene.config_with(|_, policy| {
        *policy = policy.replacen("paused = false", "paused = true", 1);
    });
    let worker = bed.worker_staying(paused, std::time::Duration::from_millis(200));
    let first = worker.swap(&crate::bed::label("one"), &bed.scene.request(), |_| {}).await.unwrap();
    assert!(!first.state.is_ended(), "{first:?}");
    let progress = worker.cancel(first.swap_id, |_| {}).await.unwrap();
    assert_eq!(progress.state, State::Ended(Outcome::Failed), "{progress:?}");
    assert!(progress.reason.unwrap().starts_with("cancelled before anything was signed"));
    assert_eq!(bed.scene.signatures.get(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_intent_is_not_cancelled_and_it_is_said_when_it_ends() {
    let bed = Bed::intents("USDC@ethereum").await;
    let first = bed.let_out("one").await;
    let until = first.valid_until.unwrap();
    let error = bed.worker().cancel(first.swap_id, |_| {}).await.unwrap_err();
    assert_eq!(error.code(), "not_cancellable");
    assert!(error.to_string().contains(&until.to_string()), "{error}");
    // It is left to whoever drives it next, at once.
    assert!(!bed.names(first.swap_id).await.contains(&"cancel"));
    bed.worker_staying(bed.scene.config(), std::time::Duration::from_millis(100))
        .resume_one(first.swap_id, |_| {})
        .await
        .unwrap();
}
