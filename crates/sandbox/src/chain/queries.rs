//! What anybody may ask of a chain: blocks, code, storage, and calls that change nothing.

use alloy::primitives::{Address, B256, Bytes, TxKind, U256};
use countersign_units::UnixSeconds;
use revm::DatabaseRef;
use revm::context::result::ExecutionResult;

use super::machine::{Call, engine};
use super::{Block, BlockId, Chain, ChainError};

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It returned.
    Returned(Bytes),
    /// A contract refused it, with these bytes.
    Reverted(Bytes),
    /// The machine stopped it.
    Halted(String),
}

impl Chain {
    /// Returns the chain's id.
    pub(crate) const fn id(&self) -> u64 {
        self.machine.chain_id()
    }

    /// Finds a block. The latest one is as old as the clock says: a block is added if it isn't.
    pub(crate) fn block(&mut self, now: UnixSeconds, id: BlockId) -> Option<Block> {
        self.machine.block_at(now, id)
    }

    /// Runs a call after a block.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if it cannot be run.
    pub(crate) fn call_at(
        &self,
        block: Block,
        (from, to): (Address, Address),
        data: Bytes,
    ) -> Result<Outcome, ChainError> {
        let call = Call { from, to: TxKind::Call(to), data };
        Ok(match self.machine.simulate(block, call)? {
            ExecutionResult::Success { output, .. } => Outcome::Returned(output.into_data()),
            ExecutionResult::Revert { output, .. } => Outcome::Reverted(output),
            ExecutionResult::Halt { reason, .. } => Outcome::Halted(format!("{reason:?}")),
        })
    }

    /// Returns the code at an address, which is empty for an account without any.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if the engine fails.
    pub(crate) fn code(&self, block: Block, address: Address) -> Result<Bytes, ChainError> {
        let state = self.machine.state_at(block)?;
        let Some(account) = state.basic_ref(address).map_err(engine)? else {
            return Ok(Bytes::new());
        };
        let code = state.code_by_hash_ref(account.code_hash).map_err(engine)?;
        Ok(code.original_bytes())
    }

    /// Returns a word of a contract's storage.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if the engine fails.
    pub(crate) fn storage(
        &self,
        block: Block,
        (address, slot): (Address, U256),
    ) -> Result<B256, ChainError> {
        self.machine.state_at(block)?.storage_ref(address, slot).map(B256::from).map_err(engine)
    }

    /// Returns an account's balance of the chain's own coin.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if the engine fails.
    pub(crate) fn coins(&self, block: Block, address: Address) -> Result<U256, ChainError> {
        let account = self.machine.state_at(block)?.basic_ref(address).map_err(engine)?;
        Ok(account.map(|account| account.balance).unwrap_or_default())
    }
}
