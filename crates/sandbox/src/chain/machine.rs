//! One EVM: its blocks, and transactions on them.

use std::convert::Infallible;

use alloy::primitives::{Address, B256, Bytes, Log, TxKind, U256, keccak256};
use countersign_units::UnixSeconds;
use revm::context::result::{EVMError, ExecutionResult, Output, ResultAndState};
use revm::context::{BlockEnv, CfgEnv, Context, TxEnv};
use revm::database::WrapDatabaseRef;
use revm::primitives::hardfork::SpecId;
use revm::state::{AccountInfo, Bytecode};
use revm::{DatabaseRef, ExecuteEvm, MainBuilder, MainContext};

use super::credits::{Credit, Credits};
use super::history::{Block, BlockId, History};
use super::logs::Logs;
use super::past::StateAt;
use super::signed::Ran;
use super::{ChainError, Rules};

/// Enough for any transaction of the sandbox's own.
pub(super) const GAS_LIMIT: u64 = 10_000_000;
/// How much gas a block takes.
pub(crate) const BLOCK_GAS: u64 = 30_000_000;

/// One chain. The engine itself is built anew for each transaction: it cannot be
/// sent between threads, and building it takes a fraction of running a transaction.
pub(super) struct Machine {
    chain_id: u64,
    /// What a unit of gas costs those who send transactions of their own. The sandbox's own
    /// transactions cost nothing.
    base_fee: u64,
    history: History,
    credits: Credits,
    logs: Logs,
}

/// What a caller asks the machine to run.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// Who calls. The machine takes it on trust.
    pub(crate) from: Address,
    /// The contract, or none for a creation.
    pub(crate) to: TxKind,
    /// How much of the chain's own coin goes along.
    pub(crate) value: U256,
    /// The encoded call, or the creation code.
    pub(crate) data: Bytes,
}

/// How much gas a call may take, at which price, and under which name it runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Metered {
    pub(crate) id: B256,
    pub(crate) gas: u64,
    pub(crate) price: u64,
}

/// What a successful transaction of the sandbox's own left.
#[derive(Clone, Debug)]
pub(crate) struct Receipt {
    /// Names the transaction: a hash over chain, height, caller and call. It is not signed, so
    /// that is no hash of a signed one.
    pub(crate) id: B256,
    /// What the transaction took.
    pub(crate) gas_used: u64,
    /// What the call returned.
    pub(super) output: Bytes,
    /// The created contract, where there is one.
    pub(super) created: Option<Address>,
}

impl Machine {
    pub(super) fn new(rules: Rules) -> Self {
        let Rules { chain_id, base_fee, .. } = rules;
        let (history, credits) = (History::new(rules), Credits::default());
        Self { chain_id, base_fee, history, credits, logs: Logs::default() }
    }

    /// Returns what contracts noted in a block, and the transaction in which they did.
    pub(super) fn logs(&self, number: u64) -> Option<(B256, &[Log])> {
        self.logs.of(number)
    }

    pub(super) const fn base_fee(&self) -> u64 {
        self.base_fee
    }

    /// Returns what came in at an account: of a token, or of the chain's own coin.
    pub(super) fn credits(&self, token: Option<Address>, account: Address) -> &[Credit] {
        self.credits.of(token, account)
    }

    /// Returns an account as the latest block left it.
    pub(super) fn account(&self, address: Address) -> AccountInfo {
        let Ok(account) = self.history.state().basic_ref(address);
        account.unwrap_or_default()
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

    /// Lets an account have so much of the chain's own coin, as a genesis file would.
    pub(super) fn put_coins(&mut self, address: Address, balance: U256) {
        let info = AccountInfo { balance, ..self.account(address) };
        self.history.genesis_mut().insert_account_info(address, info);
    }

    /// Runs a transaction of the sandbox's own in a block of its own, and keeps what it changed.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if it reverts, halts or cannot be run.
    pub(super) fn transact(&mut self, now: UnixSeconds, call: Call) -> Result<Receipt, ChainError> {
        let (number, time) = self.next_block(now);
        let id = self.transaction_id(number, &call);
        let state = self.history.state();
        let transaction = self.unsigned(state, call, GAS_LIMIT)?;
        let ran = self.run(state, environment((number, time), 0), transaction)?;
        receipt(id, self.keep(time, id, ran)?)
    }

    /// Runs a transaction that its sender pays for, in a block of its own, and keeps what it
    /// changed, also if it fails.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if it cannot be run.
    pub(super) fn send(
        &mut self,
        now: UnixSeconds,
        id: B256,
        transaction: TxEnv,
    ) -> Result<(Block, Ran), ChainError> {
        let (number, time) = self.next_block(now);
        let block = environment((number, time), self.base_fee);
        let ran = self.run(self.history.state(), block, transaction)?;
        let result = self.keep(time, id, ran)?;
        let ran = Ran {
            succeeded: result.is_success(),
            gas_used: result.tx_gas_used(),
            created: result.created_address(),
            logs: result.logs().to_vec(),
            outcome: result.into(),
        };
        Ok((self.history.latest(), ran))
    }

    /// Runs a call that its caller pays for, in a block of its own, and keeps what it changed,
    /// also if it fails.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if it cannot be run.
    pub(super) fn run_metered(
        &mut self,
        now: UnixSeconds,
        call: Call,
        metered: Metered,
    ) -> Result<(Block, Ran), ChainError> {
        let Metered { id, gas, price } = metered;
        let transaction = self.unsigned(self.history.state(), call, gas)?;
        self.send(now, id, TxEnv { gas_price: price.into(), ..transaction })
    }

    /// Runs a call after the latest block, and drops what it changed.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if it reverts, halts or cannot be run.
    pub(super) fn view(&self, now: UnixSeconds, call: Call) -> Result<Bytes, ChainError> {
        let latest = self.history.latest();
        let block = Block { time: latest.time.max(now.value()), ..latest };
        receipt(B256::ZERO, self.simulate(block, call, GAS_LIMIT)?).map(|receipt| receipt.output)
    }

    /// Runs a call on the state after a block with so much gas, and drops what it changed.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if it cannot be run.
    pub(super) fn simulate(
        &self,
        block: Block,
        call: Call,
        gas: u64,
    ) -> Result<ExecutionResult, ChainError> {
        let state = self.state_at(block)?;
        let transaction = self.unsigned(&state, call, gas)?;
        let ran = self.run(state, environment((block.number, block.time), 0), transaction)?;
        Ok(ran.result)
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

    /// Returns the number and the time of a block that follows now.
    fn next_block(&self, now: UnixSeconds) -> (u64, u64) {
        let before = self.history.latest();
        (before.number.saturating_add(1), before.time.max(now.value()))
    }

    fn keep(
        &mut self,
        time: u64,
        id: B256,
        ran: ResultAndState,
    ) -> Result<ExecutionResult, ChainError> {
        self.credits.note(id, self.history.state(), &ran).map_err(engine)?;
        self.history.add(time, id, ran.state).map_err(engine)?;
        self.logs.note(self.history.latest().number, id, ran.result.logs());
        Ok(ran.result)
    }

    fn run<S>(
        &self,
        state: S,
        block: BlockEnv,
        transaction: TxEnv,
    ) -> Result<ResultAndState, ChainError>
    where
        S: DatabaseRef<Error = Infallible>,
    {
        let mut evm = Context::mainnet()
            .with_db(WrapDatabaseRef(state))
            .with_cfg(self.config())
            .with_block(block)
            .build_mainnet();
        evm.transact(transaction).map_err(|error| match error {
            EVMError::Transaction(reason) => ChainError::Refused(reason.into()),
            other => engine(other),
        })
    }

    fn config(&self) -> CfgEnv {
        CfgEnv::new_with_spec(SpecId::PRAGUE).with_chain_id(self.chain_id)
    }

    fn unsigned(
        &self,
        state: &impl DatabaseRef<Error = Infallible>,
        call: Call,
        gas: u64,
    ) -> Result<TxEnv, ChainError> {
        let account = state.basic_ref(call.from).map_err(engine)?;
        TxEnv::builder()
            .caller(call.from)
            .kind(call.to)
            .value(call.value)
            .data(call.data)
            .nonce(account.map_or(0, |account| account.nonce))
            .chain_id(Some(self.chain_id))
            .gas_limit(gas)
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
        bytes.extend(call.value.to_be_bytes::<32>());
        bytes.extend(&call.data);
        keccak256(bytes)
    }
}

fn environment((number, time): (u64, u64), basefee: u64) -> BlockEnv {
    BlockEnv {
        number: U256::from(number),
        timestamp: U256::from(time),
        gas_limit: BLOCK_GAS,
        basefee,
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
