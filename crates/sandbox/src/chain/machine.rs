//! One EVM: state, height, clock, and transactions on it.

use alloy::primitives::{Address, B256, Bytes, TxKind, U256, keccak256};
use countersign_units::UnixSeconds;
use revm::context::result::{ExecutionResult, Output};
use revm::context::{BlockEnv, CfgEnv, Context, TxEnv};
use revm::database::{CacheDB, EmptyDB};
use revm::primitives::hardfork::SpecId;
use revm::state::{AccountInfo, Bytecode};
use revm::{DatabaseRef, ExecuteCommitEvm, ExecuteEvm, MainBuilder, MainContext};

use super::ChainError;

/// Enough for any transaction of the sandbox, and below the cap on one transaction.
const GAS_LIMIT: u64 = 10_000_000;

/// The state of one chain. The engine itself is built anew for each transaction: it cannot be
/// sent between threads, and building it takes a fraction of running a transaction.
pub(super) struct Machine {
    chain_id: u64,
    database: CacheDB<EmptyDB>,
    height: u64,
    time: u64,
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
        Self { chain_id, database: CacheDB::new(EmptyDB::default()), height: 0, time: 1 }
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
        self.database.insert_account_info(address, info);
    }

    /// Runs a transaction in a block of its own and keeps what it changed.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if it reverts, halts or cannot be run.
    pub(super) fn transact(&mut self, now: UnixSeconds, call: Call) -> Result<Receipt, ChainError> {
        // A chain's clock never goes back, whatever the host's does.
        self.time = self.time.max(now.value());
        self.height = self.height.saturating_add(1);
        let id = self.transaction_id(&call);
        let transaction = self.transaction(call)?;
        let (config, block) = (self.config(), self.block());
        let mut evm = Context::mainnet()
            .with_db(&mut self.database)
            .with_cfg(config)
            .with_block(block)
            .build_mainnet();
        let result = evm.transact_commit(transaction).map_err(engine)?;
        receipt(id, result)
    }

    /// Runs a call and drops what it changed.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if it reverts, halts or cannot be run.
    pub(super) fn view(&mut self, now: UnixSeconds, call: Call) -> Result<Bytes, ChainError> {
        self.time = self.time.max(now.value());
        let transaction = self.transaction(call)?;
        let (config, block) = (self.config(), self.block());
        let mut evm = Context::mainnet()
            .with_db(&mut self.database)
            .with_cfg(config)
            .with_block(block)
            .build_mainnet();
        let result = evm.transact(transaction).map_err(engine)?.result;
        receipt(B256::ZERO, result).map(|receipt| receipt.output)
    }

    fn config(&self) -> CfgEnv {
        CfgEnv::new_with_spec(SpecId::PRAGUE).with_chain_id(self.chain_id)
    }

    fn block(&self) -> BlockEnv {
        BlockEnv {
            number: U256::from(self.height),
            timestamp: U256::from(self.time),
            gas_limit: 1_000_000_000,
            basefee: 0,
            ..BlockEnv::default()
        }
    }

    fn transaction(&self, call: Call) -> Result<TxEnv, ChainError> {
        let account = self.database.basic_ref(call.from).map_err(engine)?;
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

    fn transaction_id(&self, call: &Call) -> B256 {
        let mut bytes = Vec::new();
        bytes.extend(self.chain_id.to_be_bytes());
        bytes.extend(self.height.to_be_bytes());
        bytes.extend(call.from.as_slice());
        bytes.extend(call.to.to().map_or([0; 20], |to| to.into_array()));
        bytes.extend(&call.data);
        keccak256(bytes)
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

fn engine(error: impl std::fmt::Debug) -> ChainError {
    ChainError::Engine(format!("{error:?}"))
}
