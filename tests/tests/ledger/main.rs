//! What the ledger keeps from being signed, seen through the facade.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod limits;
mod replays;
