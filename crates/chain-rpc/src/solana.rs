//! Solana: what a transaction uses and does, and what becomes of one of our own.

mod answers;
mod cluster;
mod lifetime;
mod mint;
mod questions;
mod run;
mod settings;
mod settled;
mod table;
mod token;
mod transfer;
mod view;
mod watched;

pub use settings::SolanaRpcSettings;
pub use view::SolanaRpc;
