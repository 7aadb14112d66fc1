//! A view of a Solana cluster, against a node on this machine that answers whatever a test wants.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod facts;
mod failures;
#[path = "../fake/mod.rs"]
mod fake;
mod lifetime;
mod mints;
mod node;
mod sample;
mod secrets;
mod simulation;
mod tables;
mod tokens;
mod transfers;
