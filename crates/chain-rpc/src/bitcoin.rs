//! Bitcoin: which coins are there, and passing transactions on.

mod core;
mod esplora;
mod scripts;
mod seen;
mod transaction;

pub use core::CoreRpc;
pub use esplora::Esplora;

/// How often all is asked again when the chain moved on.
const ATTEMPTS: u32 = 3;
