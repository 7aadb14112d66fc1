//! What the tests of several crates share: a Postgres of their own, and eyes on what is logged.
//!
//! It uses no crate of this workspace, so each of them may use it for its tests.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests fail by panicking, and say what they skip"
)]

mod captured;
mod cluster;

pub use captured::Captured;
pub use cluster::Cluster;
