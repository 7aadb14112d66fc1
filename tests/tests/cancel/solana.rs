//! Transactions on Solana, which are waited out.

use std::time::Duration;

use countersign::journal::{Death, Outcome, State, What};

use crate::bed::Bed;

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_is_waited_out() {
    for bed in [Bed::approvals("USDC@solana").await, Bed::deposits("SOL@solana").await] {
        let first = bed.let_out("one").await;
        // It can still be used: the cancel goes on later.
        let short = bed.worker_staying(bed.scene.config(), Duration::from_millis(300));
        let progress = short.cancel(first.swap_id, |_| {}).await.unwrap();
        assert!(progress.cancelled && !progress.state.is_ended(), "{progress:?}");
        bed.scene.sandbox.expire_blockhashes();
        // Whoever drives it next goes on with it.
        let progress = loop {
            match bed.worker().resume_one(first.swap_id, |_| {}).await {
                Ok(progress) => break progress,
                Err(error) => assert!(error.is_lease_lost(), "{error}"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        // It is over; that it was not used before is not proven here.
        assert_eq!(progress.state, State::Ended(Outcome::Disputed), "{progress:?}");
        assert!(!progress.released, "{progress:?}");
        let history = bed.store.load(first.swap_id).await.unwrap();
        let dead = |what: &What| matches!(what, What::Dead(Death::BlockhashExpired { .. }));
        assert!(history.links.iter().any(|link| dead(&link.entry.what)));
    }
}
