//! The journal on its stores: one suite for all of them.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod bed;
mod cluster;
mod failures;
mod samples;
mod suite;

use bed::{Bed, PostgresBed, SqliteBed};
use cluster::Cluster;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sqlite_conforms() {
    suite::conforms(|| async { Box::new(SqliteBed::new()) as Box<dyn Bed> }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgres_conforms() {
    let Some(cluster) = Cluster::start() else { return };
    suite::conforms(|| async { Box::new(PostgresBed::new(&cluster).await) as Box<dyn Bed> }).await;
}
