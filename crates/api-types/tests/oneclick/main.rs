//! The bodies of 1Click and Aurora: what was seen, round trips, schemas, broken input.

#![expect(clippy::unwrap_used, reason = "a helper that fails ends its test")]

mod bodies;
mod hostile;
mod round_trips;
mod samples;
mod schemas;
mod strategies;
