//! Why a transaction moved nothing, in the contracts' own words.

use alloy::primitives::Bytes;
use alloy::sol_types::{Revert as TextRevert, SolError};
use tempo_contracts::contracts::Permit2::Permit2Errors;

use super::bindings::SandboxEscrow::SandboxEscrowErrors;
use super::bindings::SandboxToken::SandboxTokenErrors;
use super::refused::Refused;

/// Why a transaction had no effect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ChainError {
    /// A contract refused it.
    #[error("reverted with {0}")]
    Reverted(String),
    /// The machine stopped it: out of gas, or no such instruction.
    #[error("halted: {0}")]
    Halted(String),
    /// The chain does not take it.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The engine would not run it at all, or gave an answer of another form.
    #[error("the chain engine failed: {0}")]
    Engine(String),
}

impl ChainError {
    /// Names the error that a reverted call returned.
    pub(super) fn reverted(output: &Bytes) -> Self {
        Self::Reverted(error_name(output))
    }

    /// Returns the name of the contract's error, where a contract refused.
    pub(crate) fn revert_name(&self) -> Option<&str> {
        match self {
            Self::Reverted(name) => Some(name),
            Self::Halted(_) | Self::Refused(_) | Self::Engine(_) => None,
        }
    }
}

fn error_name(output: &Bytes) -> String {
    if let Ok(text) = TextRevert::abi_decode(output) {
        return text.reason;
    }
    let Some(selector) = output.first_chunk::<4>().copied() else {
        return "no reason".to_owned();
    };
    Permit2Errors::name_by_selector(selector)
        .or_else(|| SandboxEscrowErrors::name_by_selector(selector))
        .or_else(|| SandboxTokenErrors::name_by_selector(selector))
        .map_or_else(|| format!("error 0x{}", hex::encode(selector)), str::to_owned)
}
