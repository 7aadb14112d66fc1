//! One EVM: its blocks, and transactions on them.

use std::convert::Infallible;

use alloy::primitives::{Address, B256, Bytes, TxKind, U256, keccak256};
use countersign_units::UnixSeconds;
use revm::context::result::{ExecutionResult, Output, ResultAndState};
use revm::context::{BlockEnv, CfgEnv, Context, TxEnv};
use revm::database::WrapDatabaseRef;
use revm::primitives::hardfork::SpecId;
use revm::state::{AccountInfo, Bytecode};
use revm::{DatabaseRef, ExecuteEvm, MainBuilder, MainContext};

use super::ChainError;
use super::history::{Block, BlockId, History};
use super::past::StateAt;

/// Enough for any transaction of the sandbox, and below the cap on one transaction.
const GAS_LIMIT: u64 = 10_000_000;

/// One chain. The engine itself is built anew for each transaction: it cannot be
/// sent between threads, and building it takes a fraction of running a transaction.
pub(super) struct Machine {
    chain_id: u64,
    history: History,
}

/// What a caller asks the machine to run.
pub(super) struct Call {
    /// Who calls. The machine takes it on trust: the sandbox alone makes transactions.
    pub(super) from: Address,
    /// The contract, or none for a creation.
    pub(super) to: TxKind,
    /// The encoded call, or the creation code.
    pub(super) data: Bytes,
}

/// What a successful transaction left.
#[derive(Clone, Debug)]
pub(crate) struct Receipt {
    /// Names the transaction: a hash over chain, height, caller and call. There are no signed
    /// transactions here, so it is no hash of one.
    pub(crate) id: B256,
    /// What the transaction cost.
    pub(crate) gas_used: u64,
    /// What the call returned.
    pub(super) output: Bytes,
    /// The created contract, where there is one.
    pub(super) created: Option<Address>,
}

impl Machine {
    pub(super) fn new(chain_id: u64) -> Self {
        Self { chain_id, history: History::new(chain_id) }
    }

    pub(super) const fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// Brings the latest block up to the clock, and finds a block.
    pub(super) fn block_at(&mut self, now: UnixSeconds, id: BlockId) -> Option<Block> {
        self.history.tick(now.value());
        self.history.find(id)
    }

    /// Puts code at an address, as a genesis file would.
    pub(super) fn put_code(&mut self, address: Address, code: Bytes) {
        let code = Bytecode::new_raw(code);
        let info = AccountInfo {
            code_hash: code.hash_slow(),
            code: Some(code),
            nonce: 1,
            ..AccountInfo::default()
        };
        self.history.genesis_mut().insert_account_info(address, info);
    }

    /// Runs a transaction in a block of its own and keeps what it changed.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if it reverts, halts or cannot be run.
    pub(super) fn transact(&mut self, now: UnixSeconds, call: Call) -> Result<Receipt, ChainError> {
        let before = self.history.latest();
        let number = before.number.saturating_add(1);
        let time = before.time.max(now.value());
        let id = self.transaction_id(number, &call);
        let ran = self.run(self.history.state(), environment(number, time), call)?;
        self.history.add(time, id, ran.state).map_err(engine)?;
        receipt(id, ran.result)
    }

    /// Runs a call after the latest block, and drops what it changed.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if it reverts, halts or cannot be run.
    pub(super) fn view(&self, now: UnixSeconds, call: Call) -> Result<Bytes, ChainError> {
        let latest = self.history.latest();
        let block = Block { time: latest.time.max(now.value()), ..latest };
        receipt(B256::ZERO, self.simulate(block, call)?).map(|receipt| receipt.output)
    }

    /// Runs a call on the state after a block, and drops what it changed.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if it cannot be run.
    pub(super) fn simulate(&self, block: Block, call: Call) -> Result<ExecutionResult, ChainError> {
        let state = self.state_at(block)?;
        self.run(state, environment(block.number, block.time), call).map(|ran| ran.result)
    }

    /// Returns the state after a block.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if it is not remembered any more.
    pub(super) fn state_at(&self, block: Block) -> Result<StateAt<'_>, ChainError> {
        let forgotten = || ChainError::Engine(format!("block {} is forgotten", block.number));
        self.history.state_at(block).ok_or_else(forgotten)
    }

    fn run<S>(&self, state: S, block: BlockEnv, call: Call) -> Result<ResultAndState, ChainError>
    where
        S: DatabaseRef<Error = Infallible>,
    {
        let transaction = self.transaction(&state, call)?;
        let mut evm = Context::mainnet()
            .with_db(WrapDatabaseRef(state))
            .with_cfg(self.config())
            .with_block(block)
            .build_mainnet();
        evm.transact(transaction).map_err(engine)
    }

    fn config(&self) -> CfgEnv {
        CfgEnv::new_with_spec(SpecId::PRAGUE).with_chain_id(self.chain_id)
    }

    fn transaction(
        &self,
        state: &impl DatabaseRef<Error = Infallible>,
        call: Call,
    ) -> Result<TxEnv, ChainError> {
        let account = state.basic_ref(call.from).map_err(engine)?;
        TxEnv::builder()
            .caller(call.from)
            .kind(call.to)
            .data(call.data)
            .nonce(account.map_or(0, |account| account.nonce))
            .chain_id(Some(self.chain_id))
            .gas_limit(GAS_LIMIT)
            .gas_price(0)
            .build()
            .map_err(engine)
    }

    fn transaction_id(&self, number: u64, call: &Call) -> B256 {
        let mut bytes = Vec::new();
        bytes.extend(self.chain_id.to_be_bytes());
        bytes.extend(number.to_be_bytes());
        bytes.extend(call.from.as_slice());
        bytes.extend(call.to.to().map_or([0; 20], |to| to.into_array()));
        bytes.extend(&call.data);
        keccak256(bytes)
    }
}

fn environment(number: u64, time: u64) -> BlockEnv {
    BlockEnv {
        number: U256::from(number),
        timestamp: U256::from(time),
        gas_limit: 1_000_000_000,
        basefee: 0,
        ..BlockEnv::default()
    }
}

fn receipt(id: B256, result: ExecutionResult) -> Result<Receipt, ChainError> {
    let gas_used = result.tx_gas_used();
    match result {
        ExecutionResult::Success { output, .. } => {
            let created = output.address().copied();
            let (Output::Call(output) | Output::Create(output, _)) = output;
            Ok(Receipt { id, gas_used, output, created })
        }
        ExecutionResult::Revert { output, .. } => Err(ChainError::reverted(&output)),
        ExecutionResult::Halt { reason, .. } => Err(ChainError::Halted(format!("{reason:?}"))),
    }
}

pub(super) fn engine(error: impl std::fmt::Debug) -> ChainError {
    ChainError::Engine(format!("{error:?}"))
}
