//! The clients of 1Click and Aurora against servers on loopback.

#![expect(clippy::unwrap_used, reason = "a helper that fails ends its test")]

#[path = "../support/server.rs"]
mod scripted;

mod answers;
mod bodies;
mod repeats;
mod requests;
mod secrets;
