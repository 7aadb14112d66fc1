//! Bitcoin Core's JSON-RPC.

mod answers;
mod coins;
mod mempool;
mod view;

pub use view::CoreRpc;
