//! The DeFi API's bodies: what the documents show, round trips in each profile, broken input.

#![expect(clippy::unwrap_used, reason = "a helper that fails ends its test")]

mod documents;
mod flat;
mod hostile;
mod requests;
mod round_trips;
mod strategies;
