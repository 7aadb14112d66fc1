//! One EVM network: Permit2's own code at its canonical address, our escrow, our tokens.

mod bindings;
mod credits;
mod error;
mod history;
mod logs;
mod machine;
mod past;
mod queries;
mod refused;
mod sending;
mod signed;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use alloy::primitives::{Address, B256, Bytes, TxKind, U256, keccak256};
use alloy::sol_types::{SolCall, SolConstructor};
use countersign_units::UnixSeconds;
use tempo_contracts::contracts::ARACHNID_CREATE2_FACTORY_BYTECODE;
use tempo_contracts::{ARACHNID_CREATE2_FACTORY_ADDRESS, PERMIT2_ADDRESS, PERMIT2_SALT};

use bindings::{IPermit2, Permit2, SandboxEscrow, SandboxToken};
use machine::Machine;

pub(crate) use bindings::SandboxToken::Transfer as TokenTransfer;
pub(crate) use credits::Credit;
pub(crate) use error::ChainError;
pub(crate) use history::{Block, BlockId};
pub(crate) use machine::{BLOCK_GAS, Call, Metered, Receipt};
pub(crate) use queries::Outcome;
pub(crate) use refused::Refused;
pub(crate) use sending::call_name;
pub(crate) use signed::{Mined, Ran, SignedCall};

/// A chain with everything deployed that a swap needs.
pub(crate) struct Chain {
    machine: Machine,
    deployer: Address,
    escrow: Address,
    escrow_code_hash: B256,
    /// The transactions that others sent.
    mined: HashMap<B256, Mined>,
    /// Which of them is in which block.
    mined_at: HashMap<u64, B256>,
}

/// What chains differ in.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rules {
    pub(crate) chain_id: u64,
    /// What a unit of gas costs at least those who send transactions of their own.
    pub(crate) base_fee: u64,
    /// Whether the name of a block begins with its height.
    pub(crate) heights_in_hashes: bool,
}

/// A token to deploy.
pub(crate) struct NewToken<'a> {
    pub(crate) name: &'a str,
    pub(crate) symbol: &'a str,
    pub(crate) decimals: u8,
}

/// What an owner signed, and where the escrow is to take it.
#[derive(Clone, Debug)]
pub(crate) struct Deposit {
    pub(crate) owner: Address,
    pub(crate) token: Address,
    pub(crate) amount: U256,
    pub(crate) nonce: U256,
    /// Ends both the permit and the claim.
    pub(crate) deadline: U256,
    pub(crate) resolver: Address,
    pub(crate) secret_hash: B256,
}

impl Chain {
    /// Starts a chain: the CREATE2 factory in its genesis, then Permit2 and the escrow by
    /// transactions.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if a deployment fails or Permit2 lands at another address.
    pub(crate) fn start(rules: Rules, now: UnixSeconds) -> Result<Self, ChainError> {
        let mut machine = Machine::new(rules);
        machine
            .put_code(ARACHNID_CREATE2_FACTORY_ADDRESS, ARACHNID_CREATE2_FACTORY_BYTECODE.clone());
        let deployer = Address::from(rand::random::<[u8; 20]>());
        let (escrow, escrow_code_hash) = (Address::ZERO, B256::ZERO);
        let (mined, mined_at) = (HashMap::new(), HashMap::new());
        let mut chain = Self { machine, deployer, escrow, escrow_code_hash, mined, mined_at };
        chain.deploy_permit2(now)?;
        let arguments = SandboxEscrow::constructorCall { permit2_: PERMIT2_ADDRESS };
        chain.escrow = chain.create(now, &SandboxEscrow::BYTECODE, &arguments.abi_encode())?;
        if let Some(block) = chain.block(now, BlockId::Latest) {
            chain.escrow_code_hash = keccak256(chain.code(block, chain.escrow)?);
        }
        Ok(chain)
    }

    /// Returns Keccak-256 of the escrow's code.
    pub(crate) const fn escrow_code_hash(&self) -> B256 {
        self.escrow_code_hash
    }

    /// Returns the address of the escrow.
    pub(crate) const fn escrow(&self) -> Address {
        self.escrow
    }

    /// Deploys a token.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if the deployment fails.
    pub(crate) fn deploy_token(
        &mut self,
        now: UnixSeconds,
        token: &NewToken<'_>,
    ) -> Result<Address, ChainError> {
        let arguments = SandboxToken::constructorCall {
            name_: token.name.to_owned(),
            symbol_: token.symbol.to_owned(),
            decimals_: token.decimals,
        };
        self.create(now, &SandboxToken::BYTECODE, &arguments.abi_encode())
    }

    /// Makes new tokens for an account.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if the token refuses.
    pub(crate) fn mint(
        &mut self,
        now: UnixSeconds,
        token: Address,
        to: Address,
        amount: U256,
    ) -> Result<Receipt, ChainError> {
        self.send(now, self.deployer, token, &SandboxToken::mintCall { to, amount })
    }

    /// Lets Permit2 move up to `amount` of the owner's tokens.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if the token refuses.
    pub(crate) fn approve_permit2(
        &mut self,
        now: UnixSeconds,
        token: Address,
        owner: Address,
        amount: U256,
    ) -> Result<Receipt, ChainError> {
        self.send(
            now,
            owner,
            token,
            &SandboxToken::approveCall { spender: PERMIT2_ADDRESS, amount },
        )
    }

    /// Lets an account have so much of the chain's own coin, as a genesis file would.
    pub(crate) fn put_coins(&mut self, account: Address, amount: U256) {
        self.machine.put_coins(account, amount);
    }

    /// Moves tokens of `from`, or of the chain's own coin.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if the token refuses.
    pub(crate) fn transfer(
        &mut self,
        now: UnixSeconds,
        token: Option<Address>,
        (from, to): (Address, Address),
        amount: U256,
    ) -> Result<Receipt, ChainError> {
        let Some(token) = token else {
            let to = TxKind::Call(to);
            return self
                .machine
                .transact(now, Call { from, to, value: amount, data: Bytes::new() });
        };
        self.send(now, from, token, &SandboxToken::transferCall { to, amount })
    }

    /// Has the escrow pull a deposit by its owner's signature.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] that names the error of the escrow, Permit2 or the token.
    pub(crate) fn deposit(
        &mut self,
        now: UnixSeconds,
        operator: Address,
        deposit: &Deposit,
        signature: &[u8],
    ) -> Result<Receipt, ChainError> {
        self.send(now, operator, self.escrow, &deposit.call(signature))
    }

    /// Has the escrow pay a deposit to its resolver.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] that names the error of the escrow or the token.
    pub(crate) fn claim(
        &mut self,
        now: UnixSeconds,
        caller: Address,
        secret: B256,
    ) -> Result<Receipt, ChainError> {
        self.send(now, caller, self.escrow, &SandboxEscrow::claimCall { preimage: secret })
    }

    /// Says whether a claim would succeed now.
    ///
    /// # Errors
    ///
    /// Returns the [`ChainError`] that the claim would fail with.
    pub(crate) fn try_claim(
        &self,
        now: UnixSeconds,
        caller: Address,
        secret: B256,
    ) -> Result<(), ChainError> {
        let data = SandboxEscrow::claimCall { preimage: secret }.abi_encode().into();
        self.machine.view(now, calling(caller, self.escrow, data)).map(drop)
    }

    /// Has the escrow pay a deposit back to its owner.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] that names the error of the escrow or the token.
    pub(crate) fn refund(
        &mut self,
        now: UnixSeconds,
        caller: Address,
        hash: B256,
    ) -> Result<Receipt, ChainError> {
        self.send(now, caller, self.escrow, &SandboxEscrow::refundCall { secretHash: hash })
    }

    /// Reads an account's balance of a token, or of the chain's own coin.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if the call fails.
    pub(crate) fn balance(
        &self,
        token: Option<Address>,
        account: Address,
    ) -> Result<U256, ChainError> {
        let Some(token) = token else { return Ok(self.machine.account(account).balance) };
        self.view(token, &SandboxToken::balanceOfCall { account })
    }

    /// Reads how much of an owner's tokens Permit2 may move.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if the call fails.
    pub(crate) fn permit2_allowance(
        &self,
        token: Address,
        owner: Address,
    ) -> Result<U256, ChainError> {
        self.view(token, &SandboxToken::allowanceCall { owner, spender: PERMIT2_ADDRESS })
    }

    /// Says whether Permit2 has seen a nonce of an owner.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if the call fails.
    pub(crate) fn nonce_used(&self, owner: Address, nonce: U256) -> Result<bool, ChainError> {
        let word = nonce.wrapping_shr(8);
        let bitmap =
            self.view(PERMIT2_ADDRESS, &Permit2::nonceBitmapCall { _0: owner, _1: word })?;
        Ok(bitmap.bit(usize::from(nonce.byte(0))))
    }

    fn deploy_permit2(&mut self, now: UnixSeconds) -> Result<(), ChainError> {
        let data = [PERMIT2_SALT.as_slice(), &Permit2::BYTECODE].concat().into();
        let call = calling(self.deployer, ARACHNID_CREATE2_FACTORY_ADDRESS, data);
        let receipt = self.machine.transact(now, call)?;
        if receipt.output.as_ref() == PERMIT2_ADDRESS.as_slice() {
            return Ok(());
        }
        Err(ChainError::Engine(format!(
            "expected Permit2 at {PERMIT2_ADDRESS}, found 0x{}",
            hex::encode(receipt.output)
        )))
    }

    fn create(
        &mut self,
        now: UnixSeconds,
        code: &Bytes,
        arguments: &[u8],
    ) -> Result<Address, ChainError> {
        let data = [code.as_ref(), arguments].concat().into();
        let (from, to, value) = (self.deployer, TxKind::Create, U256::ZERO);
        let receipt = self.machine.transact(now, Call { from, to, value, data })?;
        receipt.created.ok_or_else(|| ChainError::Engine("the creation has no address".to_owned()))
    }

    fn send(
        &mut self,
        now: UnixSeconds,
        from: Address,
        to: Address,
        call: &impl SolCall,
    ) -> Result<Receipt, ChainError> {
        self.machine.transact(now, calling(from, to, call.abi_encode().into()))
    }

    fn view<C: SolCall>(&self, to: Address, call: &C) -> Result<C::Return, ChainError> {
        let call = calling(Address::ZERO, to, call.abi_encode().into());
        let output = self.machine.view(UnixSeconds::new(0), call)?;
        C::abi_decode_returns(&output).map_err(|error| ChainError::Engine(error.to_string()))
    }
}

/// Calls a contract, and sends no coins along.
const fn calling(from: Address, to: Address, data: Bytes) -> Call {
    Call { from, to: TxKind::Call(to), value: U256::ZERO, data }
}

impl Deposit {
    fn call(&self, signature: &[u8]) -> SandboxEscrow::depositCall {
        SandboxEscrow::depositCall {
            permit: IPermit2::PermitTransferFrom {
                permitted: IPermit2::TokenPermissions { token: self.token, amount: self.amount },
                nonce: self.nonce,
                deadline: self.deadline,
            },
            owner: self.owner,
            witness: SandboxEscrow::DepositWitness {
                resolverDepositAddress: self.resolver,
                secretHash: self.secret_hash,
                deadline: self.deadline,
            },
            signature: Bytes::copy_from_slice(signature),
        }
    }
}
