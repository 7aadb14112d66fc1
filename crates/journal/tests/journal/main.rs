//! The journal on its stores: one suite for all of them.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod bed;
mod samples;
mod suite;

use bed::{Bed, SqliteBed};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sqlite_conforms() {
    suite::conforms(|| async { Box::new(SqliteBed::new()) as Box<dyn Bed> }).await;
}
