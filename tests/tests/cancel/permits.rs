//! Permits whose nonce is spent by ourselves.

use countersign::Event;
use countersign::SwapApi;
use countersign::journal::{CancelStep, Death, Outcome, State, What};

use countersign_sandbox::ExecutionKind;

use crate::bed::{Bed, label};

const USDC: &str = "USDC@ethereum";

#[tokio::test(flavor = "multi_thread")]
async fn a_permit_that_was_cancelled_reverts_and_a_second_swap_finishes() {
    let bed = Bed::approvals(USDC).await;
    let first = bed.let_out("one").await;
    let mut steps = Vec::new();
    let observe = |event: Event<'_>| {
        if let Event::Cancelling { step } = event {
            steps.push(step.to_owned());
        }
    };
    let progress = bed.worker().cancel(first.swap_id, observe).await.unwrap();
    assert_eq!(progress.state, State::Ended(Outcome::Failed), "{progress:?}");
    assert!(progress.cancelled && progress.reason.unwrap().starts_with("cancelled"));
    assert!(steps.iter().any(|step| step.contains("is in block")), "{steps:?}");
    let names = bed.names(first.swap_id).await;
    assert!(
        names.ends_with(&["cancel", "cancel", "cancel", "cancel", "dead", "ended", "released"])
    );

    // The counterparty has it now, and the contract takes it no more.
    let (intent_id, submission) = bed.withheld.submission();
    let error = bed.scene.api().submit(&intent_id, &submission).await.unwrap_err();
    assert!(error.message.contains("InvalidNonce"), "{error}");
    let ran = bed.scene.sandbox.executions();
    assert!(ran.iter().all(|it| it.kind != ExecutionKind::Deposit), "funds moved: {ran:?}");

    // What it took of the limits is free, and another swap is another swap.
    let again = bed.scene.builder(bed.scene.config()).build();
    let again = countersign::Worker::new(again, bed.store.clone(), crate::bed::options());
    let done = again.swap(&label("two"), &bed.scene.request(), |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Finished), "{done:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permit_that_was_used_first_is_not_called_cancelled() {
    let bed = Bed::approvals(USDC).await;
    let first = bed.let_out("one").await;
    let (intent_id, submission) = bed.withheld.submission();
    bed.scene.api().submit(&intent_id, &submission).await.unwrap();
    let progress = bed.worker().cancel(first.swap_id, |_| {}).await.unwrap();
    assert_eq!(progress.state, State::Ended(Outcome::Finished), "{progress:?}");
    assert!(!progress.cancelled);
    let history = bed.store.load(first.swap_id).await.unwrap();
    let steps = history.links.iter().filter_map(|link| match &link.entry.what {
        What::Cancel(step) => Some(step.clone()),
        _ => None,
    });
    // Nothing was sent in vain.
    assert_eq!(steps.collect::<Vec<_>>(), [CancelStep::Asked, CancelStep::TooLate]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_and_full_limits_keep_no_cancel_up() {
    let bed = Bed::approvals(USDC).await;
    let first = bed.let_out("one").await;
    let paused = bed.scene.config_with(|_, policy| {
        *policy = policy.replacen("paused = false", "paused = true", 1);
    });
    let progress = bed.worker_by(paused).cancel(first.swap_id, |_| {}).await.unwrap();
    assert!(progress.cancelled && progress.state.is_ended(), "{progress:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_without_what_it_takes_is_refused_and_leaves_the_swap_alone() {
    let bed = Bed::approvals(USDC).await;
    let first = bed.let_out("one").await;
    let unbounded = bed.scene.config_with(|_, policy| {
        let (head, rest) = policy.split_once("[evm]").unwrap();
        let (_, rest) = rest.split_once("\n\n").unwrap();
        *policy = format!("{head}{rest}");
    });
    let error = bed.worker_by(unbounded).cancel(first.swap_id, |_| {}).await.unwrap_err();
    assert_eq!(error.code(), "not_cancellable");
    assert!(error.to_string().contains("[evm]"), "{error}");
    assert!(!bed.names(first.swap_id).await.contains(&"cancel"));
    bed.cancelled(first.swap_id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_proves_it_is_in_the_journal() {
    let bed = Bed::approvals(USDC).await;
    let first = bed.let_out("one").await;
    bed.cancelled(first.swap_id).await;
    let history = bed.store.load(first.swap_id).await.unwrap();
    let whats: Vec<_> = history.links.iter().map(|link| &link.entry.what).collect();
    let Some(What::Cancel(CancelStep::Mined { id, height })) =
        whats.iter().rev().find(|what| matches!(what, What::Cancel(_)))
    else {
        panic!("{whats:?}")
    };
    let signed = whats.iter().any(|what| match what {
        What::Cancel(CancelStep::Signed { id: signed, .. }) => signed == id,
        _ => false,
    });
    assert!(signed, "{whats:?}");
    let dead = whats.iter().any(|what| match what {
        What::Dead(Death::NonceSpent { nonce, height: found }) => {
            nonce.as_str().starts_with("permit2/") && *found == Some(*height)
        }
        _ => false,
    });
    assert!(dead, "{whats:?}");
    // A swap that is at its end is left alone.
    let count = history.links.len();
    let progress = bed.worker().cancel(first.swap_id, |_| {}).await.unwrap();
    assert!(progress.state.is_ended());
    assert_eq!(bed.store.load(first.swap_id).await.unwrap().links.len(), count);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permit_on_tron_is_dead_and_keeps_its_limits() {
    let bed = Bed::approvals("USDT@tron").await;
    let first = bed.let_out("one").await;
    let progress = bed.worker().cancel(first.swap_id, |_| {}).await.unwrap();
    // It may have been used in the block before: that is no leave to swap once more.
    assert_eq!(progress.state, State::Ended(Outcome::Disputed), "{progress:?}");
    assert!(progress.cancelled && !progress.released, "{progress:?}");
    assert!(progress.reason.unwrap().contains("stay counted"));
    let names = bed.names(first.swap_id).await;
    assert!(names.ends_with(&["cancel", "dead", "ended"]), "{names:?}");
    let (intent_id, submission) = bed.withheld.submission();
    let error = bed.scene.api().submit(&intent_id, &submission).await.unwrap_err();
    assert!(error.message.contains("InvalidNonce"), "{error}");
}
