//! What anybody may ask of a chain: blocks, code, storage, and calls that change nothing.

use alloy::primitives::{Address, B256, Bytes, Log, U256};
use countersign_units::UnixSeconds;
use revm::DatabaseRef;
use revm::context::result::ExecutionResult;

use super::machine::{GAS_LIMIT, engine};
use super::{Block, BlockId, Call, Chain, ChainError, Credit, Mined};

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
    pub(crate) fn call_at(&self, block: Block, call: Call) -> Result<Outcome, ChainError> {
        self.machine.simulate(block, call, GAS_LIMIT).map(Outcome::from)
    }

    /// Finds the least gas with which a call returns, or how it ends with as much as there is.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if it cannot be run.
    pub(crate) fn estimate(
        &self,
        block: Block,
        call: &Call,
    ) -> Result<Result<u64, Outcome>, ChainError> {
        let ended = self.machine.simulate(block, call.clone(), GAS_LIMIT)?;
        if !ended.is_success() {
            return Ok(Err(ended.into()));
        }
        // It takes this much, but may have to hold more on its way.
        let (mut least, mut enough) = (ended.tx_gas_used(), GAS_LIMIT);
        while least < enough {
            let tried = least.midpoint(enough);
            match self.machine.simulate(block, call.clone(), tried) {
                Ok(ended) if ended.is_success() => enough = tried,
                _ => least = tried.saturating_add(1),
            }
        }
        Ok(Ok(enough))
    }

    /// Returns what a unit of gas costs at least.
    pub(crate) const fn base_fee(&self) -> u64 {
        self.machine.base_fee()
    }

    /// Counts the transactions that an account sent up to a block.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if the engine fails.
    pub(crate) fn sent(&self, block: Block, address: Address) -> Result<u64, ChainError> {
        let account = self.machine.state_at(block)?.basic_ref(address).map_err(engine)?;
        Ok(account.map(|account| account.nonce).unwrap_or_default())
    }

    /// Returns a transaction that somebody sent.
    pub(crate) fn mined(&self, id: &B256) -> Option<&Mined> {
        self.mined.get(id)
    }

    /// Returns the transaction that somebody sent in a block, if there is one.
    pub(crate) fn mined_in(&self, block: Block) -> Option<&Mined> {
        self.mined_at.get(&block.number).and_then(|id| self.mined(id))
    }

    /// Returns what contracts noted in a block, and the transaction in which they did.
    pub(crate) fn logs(&self, block: Block) -> Option<(B256, &[Log])> {
        self.machine.logs(block.number)
    }

    /// Returns what came in at an account, of a token or of the chain's own coin, the oldest
    /// first.
    pub(crate) fn credits(&self, token: Option<Address>, account: Address) -> &[Credit] {
        self.machine.credits(token, account)
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

impl From<ExecutionResult> for Outcome {
    fn from(ended: ExecutionResult) -> Self {
        match ended {
            ExecutionResult::Success { output, .. } => Self::Returned(output.into_data()),
            ExecutionResult::Revert { output, .. } => Self::Reverted(output),
            ExecutionResult::Halt { reason, .. } => Self::Halted(format!("{reason:?}")),
        }
    }
}
