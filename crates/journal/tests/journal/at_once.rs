//! What goes well takes one statement.

use countersign_journal::{Outcome, State};
use countersign_testkit::Cluster;
use sqlx::ConnectOptions as _;

use crate::bed::{Bed, PostgresBed};
use crate::samples::{after_claim, open, reserve};

/// Says how many rows were written by another statement than a transaction's first.
async fn later(bed: &PostgresBed) -> i64 {
    let options: sqlx::postgres::PgConnectOptions = bed.url().parse().unwrap();
    let mut connection = options.connect().await.unwrap();
    let count = "SELECT (SELECT count(*) FROM swaps WHERE cmin::text <> '0') \
                 + (SELECT count(*) FROM entries WHERE cmin::text <> '0') \
                 + (SELECT count(*) FROM reservations WHERE cmin::text <> '0') \
                 + (SELECT count(*) FROM tallies WHERE cmin::text <> '0')";
    sqlx::query_scalar(count).fetch_one(&mut connection).await.unwrap()
}

#[tokio::test]
async fn each_write_of_a_swap_that_goes_well_is_one_statement() {
    let Some(cluster) = Cluster::start() else { return };
    let bed = PostgresBed::new(&cluster);
    let store = bed.connect().await;
    // The first of a token makes the token's row, step by step.
    let mut first = open(store.as_ref(), "order-1").await;
    reserve(store.as_ref(), &mut first, "nonce-1").await;
    let before = later(&bed).await;
    assert!(before > 0);
    let mut worker = open(store.as_ref(), "order-2").await;
    reserve(store.as_ref(), &mut worker, "nonce-2").await;
    store.append(&worker.write(&after_claim())).await.unwrap();
    assert_eq!(later(&bed).await, before);
    let state = store.load(worker.lease.swap_id).await.unwrap().state;
    assert_eq!(state, State::Ended(Outcome::Finished));
}
