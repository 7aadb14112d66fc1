//! A view of an EVM chain, against a node on this machine that answers whatever a test wants.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod allowances;
mod calls;
mod facts;
mod failures;
#[path = "../fake/mod.rs"]
mod fake;
mod node;
mod past;
