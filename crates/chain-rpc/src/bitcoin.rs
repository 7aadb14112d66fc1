//! Bitcoin: which coins are there, and passing transactions on.

mod asking;
mod core;
mod esplora;
mod scripts;
mod seen;
mod transaction;

pub use core::CoreRpc;
pub use esplora::Esplora;
