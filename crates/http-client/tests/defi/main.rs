//! The client of the DeFi API against servers on loopback.

#![expect(clippy::unwrap_used, reason = "a helper that fails ends its test")]

#[path = "../support/server.rs"]
mod scripted;

mod answers;
mod connection;
mod repeats;
mod requests;
mod secrets;
mod server;
mod signed;
mod verifier;
