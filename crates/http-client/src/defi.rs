//! The client of the DeFi API, one file per resource.

mod answer;
mod approvals;
mod builder;
mod client;
mod intents;
mod networks;
mod quotes;
mod status;
mod swaps;
mod tokens;

pub use builder::DefiClientBuilder;
pub use client::DefiClient;
