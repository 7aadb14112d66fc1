//! What is signed, executed by a real node: Permit2's own code at its canonical address, over
//! JSON-RPC. Without the node, these say that they were skipped.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod allowances;
mod bindings;
mod chain;
mod deposits;
mod offer;
mod reverts;
mod strict_token;
mod views;
