//! What was signed for a cancel at as much as policy allows, and a node that lost it.

use std::time::Duration;

use countersign::Config;
use countersign::journal::CancelKind;

use crate::bed::Bed;
use crate::gaps::{failures, hold, signed};
use crate::pool::Pool;

/// Longer than what was signed once waits before more is offered for it.
const STUCK: i64 = 70;

/// A policy by which nothing can be outbid any more.
fn capped(bed: &Bed) -> Config {
    bed.scene.config_with(|_, policy| {
        let (before, after) =
            ("max_priority_fee_per_gas = 20000000000", "max_priority_fee_per_gas = 1");
        assert!(policy.contains(before), "{policy}");
        *policy = policy.replace(before, after);
    })
}

/// Lets a deposit out behind so many nonces of nobody, and cancels it by a node that loses all.
async fn lost(gap: u64) -> (Bed, Pool, countersign::approval::SwapId) {
    let (bed, pool) = Bed::pooled("ETH@ethereum").await;
    pool.loses(true);
    let held = hold(&bed, gap).await;
    let first = bed.let_out("one").await;
    held.give_back().await;
    let worker = bed.worker_staying(bed.scene.config(), Duration::from_millis(600));
    let open = worker.cancel(first.swap_id, |_| {}).await.unwrap();
    assert!(!open.state.is_ended(), "{open:?}");
    (bed, pool, first.swap_id)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_outbid_is_sent_again() {
    for gap in [0, 1] {
        let (bed, pool, swap_id) = lost(gap).await;
        let before = signed(&bed, swap_id).await;
        let fillers = before.iter().filter(|(kind, _)| *kind == CancelKind::Gap).count();
        assert_eq!((before.len(), fillers), if gap == 0 { (1, 0) } else { (2, 1) }, "{before:?}");
        bed.clock.advance(STUCK);
        // Nothing can be signed at more, which it says; what was signed is sent all the same.
        pool.loses(false);
        let worker = bed.worker_by(capped(&bed));
        let done = worker.cancel(swap_id, |_| {}).await.unwrap();
        assert!(done.cancelled && done.released, "{done:?}");
        assert_eq!(signed(&bed, swap_id).await, before);
        let [deposit] = &bed.scene.sandbox.deposits()[..] else { panic!("{gap}") };
        assert!(deposit.transactions.is_empty(), "{deposit:?}");
        assert!(failures(&bed, swap_id).await.is_empty());
    }
}
