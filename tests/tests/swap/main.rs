//! Whole swaps through the facade: what moves, and what stops one before it begins.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod configuration;
mod dialects;
mod finishing;
mod keyring;
mod other_flows;
mod review;
mod stale;
mod stopping;
mod submitting;
mod tron;
