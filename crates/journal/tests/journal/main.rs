//! The journal on its stores: one suite for all of them.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    reason = "tests fail by panicking, and say what they do"
)]

mod at_once;
mod bed;
mod damage;
mod failures;
mod processes;
mod samples;
mod suite;

use bed::{PostgresBed, SqliteBed};
use countersign_testkit::Cluster;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sqlite_conforms() {
    suite::conforms(SqliteBed::new).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgres_conforms() {
    let Some(cluster) = Cluster::start() else { return };
    suite::conforms(|| PostgresBed::new(&cluster)).await;
}
