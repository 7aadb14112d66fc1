//! Solana: what a transaction that we co-sign uses, and what it does.

mod answers;
mod cluster;
mod mint;
mod questions;
mod run;
mod settings;
mod settled;
mod table;
mod token;
mod view;
mod watched;

pub use settings::SolanaRpcSettings;
pub use view::SolanaRpc;
