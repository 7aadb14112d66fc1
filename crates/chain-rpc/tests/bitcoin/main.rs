//! Views of Bitcoin, against servers on this machine that answer whatever a test wants.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod core;
mod esplora;
mod mempool;
mod sample;
mod secrets;
mod server;
