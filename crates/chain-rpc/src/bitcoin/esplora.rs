//! Esplora's REST API, which block explorers serve.

mod answers;
mod coins;
mod mempool;
mod view;

pub use view::Esplora;
