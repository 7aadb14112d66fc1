//! Bitcoin by a real node: coins are told by it, and what is signed is taken by it and mined. Then
//! the output is claimed with the secret, or taken back after its lock time. Without the node, its
//! tests say that they were skipped.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]
#![expect(clippy::arithmetic_side_effects, reason = "the numbers of tests are small")]

mod cancels;
mod claims;
mod counterparty;
mod keys;
mod payments;
mod quoted;
mod refunds;
mod scene;
mod swap;
mod views;
