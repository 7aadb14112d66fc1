//! Swaps through APIs that quote a deposit address: proven, funded by a transaction of our own or by
//! a signed intent, and followed to their end.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod allowances;
mod asking;
mod bed;
mod blocked;
mod choosing;
#[path = "../worker/cluster.rs"]
mod cluster;
mod coins;
mod finishing;
mod handed_in;
mod horizon;
mod keyring;
mod late;
mod lies;
mod moody;
mod nonces;
mod other_hash;
mod recorder;
mod resent;
mod reviewed;
mod says;
mod second_try;
mod told;
mod tron;
mod unheard;
mod wire;
