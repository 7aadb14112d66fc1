//! The contracts as Rust types: ours from the committed artifacts, Permit2 from its package.

use alloy::hex;
use alloy::sol;
use alloy::sol_types::{Revert, SolError};
use tempo_contracts::contracts::Permit2::Permit2Errors;

sol!(SandboxToken, "../contracts/artifacts/SandboxToken.json");

sol!(SandboxEscrow, "../contracts/artifacts/SandboxEscrow.json");

/// Names the error that a reverted call returned.
pub(crate) fn error_name(data: &str) -> String {
    let data = hex::decode(data).unwrap();
    if let Ok(text) = Revert::abi_decode(&data) {
        return text.reason;
    }
    let Some(selector) = data.first_chunk::<4>().copied() else { return "no reason".to_owned() };
    Permit2Errors::name_by_selector(selector)
        .or_else(|| SandboxEscrow::SandboxEscrowErrors::name_by_selector(selector))
        .or_else(|| SandboxToken::SandboxTokenErrors::name_by_selector(selector))
        .map_or_else(|| hex::encode(selector), str::to_owned)
}
