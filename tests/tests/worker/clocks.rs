//! A host's clock that jumps while a swap is under way.

use std::sync::Arc;

use countersign::journal::{Outcome, State};
use countersign::{Event, Worker};
use countersign_tests::{SetClock, short_steps};

use super::bed::{Bed, key, options};

async fn jumping(bed: &Bed, seconds: i64) -> Result<countersign::Progress, countersign::WorkError> {
    let clock = SetClock::default();
    let flow = bed.scene.builder(bed.scene.config()).clock(clock.clone()).build();
    let worker = Worker::new(flow, Arc::clone(&bed.store), options());
    let jump = move |event: Event<'_>| {
        if matches!(event, Event::Signed { .. }) {
            clock.advance(seconds);
        }
    };
    worker.swap(&key("one"), &bed.scene.request(), jump).await
}

#[tokio::test]
async fn a_clock_that_jumps_back_doubles_nothing() {
    let bed = Bed::new(short_steps(), "USDC@ethereum").await;
    let done = jumping(&bed, -3_600).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Finished), "{:?}", done.reason);
    assert_eq!(bed.scene.signatures.get(), 1);
    assert_eq!(bed.scene.sandbox.executions().len(), 3);
}

#[tokio::test]
async fn a_clock_that_jumps_past_the_lease_lets_nothing_out() {
    let bed = Bed::new(short_steps(), "USDC@ethereum").await;
    let over = jumping(&bed, 60).await.unwrap_err();
    assert!(over.is_lease_lost(), "{over}");
    assert_eq!(bed.scene.sandbox.executions(), []);
    // Whoever takes the swap next lets out what is stored.
    let worker = Arc::new(bed.worker());
    worker.resume(1, |_, _| {}).await.unwrap();
    let found = bed.store.find(&key("one")).await.unwrap().unwrap();
    assert_eq!(found.state, State::Ended(Outcome::Finished));
    assert_eq!(bed.scene.signatures.get(), 1);
}
