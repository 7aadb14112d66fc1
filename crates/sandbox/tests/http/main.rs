//! The sandbox from outside: over HTTP, with approvals that another implementation signed.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod client;
mod contract;
mod faults;
mod flat;
mod listings;
mod refusals;
mod rpc;
mod signed;
mod swaps;
mod tampers;
mod tron;
