//! The sandbox from outside: over HTTP, with approvals that another implementation signed.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod bitcoin;
mod bitcoin_refunds;
mod bitcoin_swaps;
mod bitcoin_tampers;
mod bitcoin_verified;
mod client;
mod contract;
mod esplora;
mod faults;
mod faults_later;
mod flat;
mod listings;
mod many;
mod other_intent;
mod own_evm;
mod own_solana;
mod own_tron;
mod quoted;
mod quoted_deposits;
mod quoted_lies;
mod quoted_schemas;
mod records;
mod refusals;
mod rpc;
mod signed;
mod solana;
mod solana_rpc;
mod solana_swaps;
mod solana_tampers;
mod solana_verified;
mod swap_list;
mod swaps;
mod tampers;
mod tron;
