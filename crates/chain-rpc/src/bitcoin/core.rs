//! Bitcoin Core's JSON-RPC.

mod answers;
mod mempool;
mod view;

pub use view::CoreRpc;
