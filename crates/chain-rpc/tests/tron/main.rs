//! A view of Tron through the HTTP API of a node, honest or not.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests fail by panicking"
)]

mod facts;
mod failures;
mod node;
mod secrets;
mod sending;
mod state;
