//! Facts by JSON-RPC, from the sandbox's chains and from a real node; and what is signed, executed
//! by that node: Permit2's own code at its canonical address. Without the node, its tests say that
//! they were skipped.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod allowances;
mod bindings;
mod cancels;
mod chain;
mod deposits;
mod judged;
mod offer;
mod own_call;
mod own_calls;
mod quoted;
mod reverts;
mod sandbox;
mod strict_token;
mod views;
