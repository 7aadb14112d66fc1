//! Tron's nodes by their own HTTP API: what a transaction of our own needs to know, and what became
//! of it.
//!
//! Source: [Full node HTTP API](https://developers.tron.network/reference/full-node-api-overview).

mod answers;
mod broadcast;
mod facts;
mod node;
mod state;
mod view;

pub use view::TronRpc;
