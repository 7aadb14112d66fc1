//! Approvals that are made useless before their time: nothing comes of them any more, and a second
//! swap is safe.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod bed;
mod coins;
mod crashes;
mod deadlines;
mod deposits;
mod early;
mod gaps;
mod lost;
mod order;
mod permits;
mod pool;
mod solana;
mod withheld;
