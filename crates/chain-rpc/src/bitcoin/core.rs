//! Bitcoin Core's JSON-RPC.

mod answers;
mod view;

pub use view::CoreRpc;
