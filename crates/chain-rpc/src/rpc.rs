//! JSON-RPC 2.0 with a node: requests in batches, answers read strictly. And plain HTTP with servers
//! of other APIs.

mod answer;
mod error;
mod http;
mod node;
mod quantity;
mod rest;
mod transport;
mod url;

pub use error::RpcError;
pub use http::HttpRpc;
pub use transport::JsonRpcTransport;
pub use url::RpcUrl;

pub(crate) use answer::Said;
pub(crate) use http::redact_error;
pub(crate) use node::{Call, Node, read};
pub(crate) use quantity::{data, quantity, small, wei, word};
pub(crate) use rest::Rest;
