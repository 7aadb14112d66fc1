//! A chain with everything deployed that a swap needs, and one owner with tokens.

use std::time::Duration;

use alloy::primitives::{Address, Bytes, U256, keccak256};
use alloy::sol_types::{SolCall, SolConstructor};
use countersign::evm::{ApproveCall, LocalSigner, PermitSigner};
use countersign::units::EvmAddress;
use countersign_chain_rpc::EvmRpc;
use countersign_tests::Anvil;
use serde_json::{Value, json};
use tempo_contracts::{ARACHNID_CREATE2_FACTORY_ADDRESS, PERMIT2_ADDRESS, PERMIT2_SALT, Permit2};

use crate::bindings::{SandboxEscrow, SandboxToken, error_name};
use crate::strict_token;

pub(crate) const CHAIN_ID: u64 = 424_242;
/// The owner's key, in hex.
pub(crate) const SECRET: &str = "5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c";
/// What the owner has.
pub(crate) const MINTED: u64 = 1_000_000;
/// Enough for any transaction here, so that the node runs also those that it sees failing.
const GAS: &str = "0x7a1200";
/// How often a receipt is asked for, and what passes in between.
pub(crate) const ATTEMPTS: u32 = 1_000;
pub(crate) const PAUSE: Duration = Duration::from_millis(10);

pub(crate) struct Chain {
    pub(crate) anvil: Anvil,
    pub(crate) owner: Address,
    pub(crate) token: Address,
    pub(crate) escrow: Address,
    /// Deploys, mints, and brings deposits to the escrow: whoever has the signature may.
    pub(crate) operator: Address,
}

impl Chain {
    /// Starts a chain; nothing where there is no node.
    pub(crate) async fn start() -> Option<Self> {
        let anvil = Anvil::start(CHAIN_ID)?;
        let accounts = anvil.ask("eth_accounts", json!([])).await.unwrap();
        let operator = accounts[0].as_str().unwrap().parse().unwrap();
        let owner = alloy_address(signer().address());
        let mut chain =
            Self { anvil, owner, operator, token: Address::ZERO, escrow: Address::ZERO };
        chain.fund(owner).await;
        chain.deploy_permit2().await;
        let escrow = SandboxEscrow::constructorCall { permit2_: PERMIT2_ADDRESS };
        chain.escrow = chain.create(&SandboxEscrow::BYTECODE, &escrow.abi_encode()).await;
        chain.token = chain.new_token().await;
        chain.mint().await;
        Some(chain)
    }

    /// Puts the token at another address, and gives the owner as much of it there.
    pub(crate) async fn move_token(&mut self, to: Address) {
        let code = self.anvil.ask("eth_getCode", json!([self.token, "latest"])).await.unwrap();
        self.token = to;
        self.anvil.ask("anvil_setCode", json!([to, code])).await.unwrap();
        self.mint().await;
    }

    /// Starts a chain whose token refuses to change one allowance into another.
    pub(crate) async fn start_strict() -> Option<Self> {
        let mut chain = Self::start().await?;
        let code = Bytes::from(strict_token::code(chain.token));
        chain.token = Address::repeat_byte(0x57);
        chain.anvil.ask("anvil_setCode", json!([chain.token, code])).await.unwrap();
        chain.mint().await;
        Some(chain)
    }

    /// Returns a view of this chain.
    pub(crate) fn view(&self) -> EvmRpc {
        EvmRpc::new(self.anvil.rpc())
    }

    async fn new_token(&self) -> Address {
        let token = SandboxToken::constructorCall {
            name_: "Token".to_owned(),
            symbol_: "TKN".to_owned(),
            decimals_: 6,
        };
        self.create(&SandboxToken::BYTECODE, &token.abi_encode()).await
    }

    /// Gives the owner tokens.
    async fn mint(&self) {
        let mint = SandboxToken::mintCall { to: self.owner, amount: U256::from(MINTED) };
        self.execute(self.operator, self.token, &mint).await.unwrap();
    }

    /// Lets Permit2 move the owner's tokens.
    pub(crate) async fn approve(&self, amount: u64) {
        let call =
            SandboxToken::approveCall { spender: PERMIT2_ADDRESS, amount: U256::from(amount) };
        self.execute(self.owner, self.token, &call).await.unwrap();
    }

    /// Sends a call as the owner, as a wallet would.
    pub(crate) async fn send(&self, call: &ApproveCall) -> Result<(), String> {
        let to = alloy_address(call.token);
        self.transact(self.owner, Some(to), &call.data()).await.map(drop)
    }

    pub(crate) async fn balance(&self, account: Address) -> U256 {
        let call = SandboxToken::balanceOfCall { account };
        let data = Bytes::from(call.abi_encode());
        let params = json!([{"to": self.token, "data": data}, "latest"]);
        let answer = self.anvil.ask("eth_call", params).await.unwrap();
        answer.as_str().unwrap().parse().unwrap()
    }

    pub(crate) async fn code_hash(&self, account: Address) -> [u8; 32] {
        let code = self.anvil.ask("eth_getCode", json!([account, "latest"])).await.unwrap();
        keccak256(code.as_str().unwrap().parse::<Bytes>().unwrap()).0
    }

    /// Lets time pass on the chain.
    pub(crate) async fn pass(&self, seconds: u64) {
        self.anvil.ask("evm_increaseTime", json!([seconds])).await.unwrap();
        self.anvil.ask("evm_mine", json!([])).await.unwrap();
    }

    /// Runs a call in a block of its own.
    ///
    /// # Errors
    ///
    /// Returns the name of the error that it reverted with.
    pub(crate) async fn execute(
        &self,
        from: Address,
        to: Address,
        call: &impl SolCall,
    ) -> Result<Value, String> {
        self.transact(from, Some(to), &call.abi_encode()).await
    }

    async fn create(&self, code: &Bytes, arguments: &[u8]) -> Address {
        let data = [code.as_ref(), arguments].concat();
        let receipt = self.transact(self.operator, None, &data).await.unwrap();
        receipt["contractAddress"].as_str().unwrap().parse().unwrap()
    }

    async fn deploy_permit2(&self) {
        let data = [PERMIT2_SALT.as_slice(), &Permit2::BYTECODE].concat();
        let factory = Some(ARACHNID_CREATE2_FACTORY_ADDRESS);
        self.transact(self.operator, factory, &data).await.unwrap();
        let canonical = json!(["0x000000000022D473030F116dDEE9F6B43aC78BA3", "latest"]);
        let code = self.anvil.ask("eth_getCode", canonical).await.unwrap();
        assert_eq!(code.as_str().unwrap().len(), 2 + 2 * 9_152, "the code of Permit2");
    }

    /// Sends a transaction and returns its receipt; for one that failed, what it failed with.
    async fn transact(
        &self,
        from: Address,
        to: Option<Address>,
        data: &[u8],
    ) -> Result<Value, String> {
        let data = Bytes::copy_from_slice(data);
        let transaction = json!({"from": from, "to": to, "data": data, "gas": GAS});
        let hash = self.anvil.ask("eth_sendTransaction", json!([transaction])).await.unwrap();
        let receipt = self.receipt(&hash).await;
        if receipt["status"] == "0x1" {
            return Ok(receipt);
        }
        // A receipt does not say why. The failed transaction changed nothing, so that the same
        // call fails again with the same error.
        let again = self.anvil.ask("eth_call", json!([transaction, "latest"])).await;
        Err(error_name(&again.unwrap_err().data))
    }

    /// Waits until a transaction was mined.
    async fn receipt(&self, hash: &Value) -> Value {
        for _ in 0..ATTEMPTS {
            let receipt = self.anvil.ask("eth_getTransactionReceipt", json!([hash])).await.unwrap();
            if !receipt.is_null() {
                return receipt;
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("expected a receipt of {hash}, found none");
    }

    /// Gives an account what transactions cost.
    async fn fund(&self, account: Address) {
        let params = json!([account, "0xde0b6b3a7640000"]);
        self.anvil.ask("anvil_setBalance", params).await.unwrap();
    }
}

/// The owner's key.
pub(crate) fn signer() -> LocalSigner {
    LocalSigner::from_hex(SECRET).unwrap()
}

pub(crate) fn alloy_address(address: EvmAddress) -> Address {
    Address::from(*address.as_bytes())
}

pub(crate) fn our_address(address: Address) -> EvmAddress {
    EvmAddress::new(address.into_array())
}
