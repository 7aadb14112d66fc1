//! The facts about a transaction of our own.

use alloy::primitives::keccak256;
use alloy::sol_types::SolCall;
use countersign_approval::{
    CallFacts, CallFactsQuery, CallOutcome, TronBlock, TronCallFacts, TronCallFactsQuery,
};
use countersign_units::{EvmAddress, Lots, U256};
use futures::try_join;
use serde_json::json;

use super::answers::{AccountAnswer, Block, ContractAnswer, PricesAnswer, TriedAnswer, in_hex};
use super::node::{BLOCK, Node, Of};
use crate::evm::{Erc20, address};
use crate::rpc::RpcError;

/// How often all is asked again when the chain moved on.
const ATTEMPTS: u32 = 3;
/// How many heights the two bytes that name a block tell apart.
const HEIGHTS: u64 = 1 << 16;

impl Node {
    /// Reads all facts about one transaction. Nodes know the latest state alone: that no block came
    /// between is asked behind the facts, and all is asked again if one did.
    pub(super) async fn facts(
        &self,
        query: &TronCallFactsQuery,
    ) -> Result<TronCallFacts, RpcError> {
        self.check(query.call.chain_id).await?;
        for _ in 0..ATTEMPTS {
            let head = self.latest(Of::Head).await?;
            let facts = self.facts_at(head, query).await?;
            if self.latest(Of::Head).await? == head {
                return Ok(facts);
            }
        }
        Err(RpcError::Moved { attempts: ATTEMPTS })
    }

    async fn facts_at(
        &self,
        head: Block,
        query: &TronCallFactsQuery,
    ) -> Result<TronCallFacts, RpcError> {
        let call = &query.call;
        let (reference, owner_code, native_balance, price, tried) = try_join!(
            self.reference(head, query.reference),
            self.code(call.owner),
            self.native_balance(call.owner),
            self.price(head),
            self.tried(call),
        )?;
        let (balance, recipient_code, contract_code) = try_join!(
            self.balance(call),
            self.code_of(call.recipient),
            self.code_of((!call.data.is_empty()).then_some(call.to)),
        )?;
        let (simulation, gas) = tried.unzip();
        let facts = CallFacts {
            owner_code: Some(owner_code),
            account_nonce: None,
            native_balance: Some(Lots::from(native_balance)),
            balance,
            recipient_code,
            contract_code_hash: contract_code.map(|code| keccak256(code).0),
            base_fee: Some(price),
            priority_fee: None,
            gas: gas.flatten(),
            simulation,
            block_time: Some(head.time.to_seconds()),
            block_number: Some(head.number),
        };
        Ok(TronCallFacts { call: facts, reference })
    }

    /// Reads the block that a transaction names by the end of its height, which no later one has; or
    /// the latest that can't be undone, where it is to name one.
    async fn reference(
        &self,
        head: Block,
        named: Option<[u8; 2]>,
    ) -> Result<Option<TronBlock>, RpcError> {
        let Some(named) = named else {
            return Ok(Some(self.latest(Of::Solid).await?.into()));
        };
        let end = u64::from(u16::from_be_bytes(named));
        let ago = head.number.wrapping_sub(end) & HEIGHTS.saturating_sub(1);
        let Some(height) = head.number.checked_sub(ago) else { return Ok(None) };
        let block = self.block(height).await?;
        let none = || RpcError::value(BLOCK, &format!("block {height}"), "none");
        Ok(Some(block.ok_or_else(none)?.into()))
    }

    async fn code(&self, of: EvmAddress) -> Result<Vec<u8>, RpcError> {
        let question = json!({"value": in_hex(of), "visible": false});
        self.ask::<ContractAnswer>(Of::Head, ContractAnswer::METHOD, &question).await?.code()
    }

    async fn code_of(&self, of: Option<EvmAddress>) -> Result<Option<Vec<u8>>, RpcError> {
        match of {
            Some(of) => self.code(of).await.map(Some),
            None => Ok(None),
        }
    }

    async fn native_balance(&self, of: EvmAddress) -> Result<u64, RpcError> {
        let question = json!({"address": in_hex(of), "visible": false});
        let answer: AccountAnswer = self.ask(Of::Head, AccountAnswer::METHOD, &question).await?;
        answer.balance(of)
    }

    async fn price(&self, head: Block) -> Result<u128, RpcError> {
        let answer: PricesAnswer = self.ask(Of::Head, PricesAnswer::METHOD, &json!({})).await?;
        answer.at(head.time)
    }

    /// Runs a call without sending it; nothing where TRX alone is moved, which nodes don't run. A
    /// call that fails takes no energy that counts.
    async fn tried(
        &self,
        query: &CallFactsQuery,
    ) -> Result<Option<(CallOutcome, Option<u64>)>, RpcError> {
        if query.data.is_empty() {
            return Ok(None);
        }
        let answer = self.run(query.owner, query.to, &query.data).await?;
        let outcome = answer.outcome(|text| self.excerpt(text))?;
        let energy = match outcome {
            CallOutcome::Returned(_) => Some(answer.energy()?),
            CallOutcome::Failed(_) => None,
        };
        Ok(Some((outcome, energy)))
    }

    async fn balance(&self, query: &CallFactsQuery) -> Result<Option<Lots>, RpcError> {
        let Some(token) = query.token else { return Ok(None) };
        let call = Erc20::balanceOfCall { owner: address(query.owner) }.abi_encode();
        let answer = self.run(query.owner, token, &call).await?;
        let found = match answer.outcome(|text| self.excerpt(text))? {
            CallOutcome::Returned(bytes) => match <[u8; 32]>::try_from(bytes.as_slice()) {
                Ok(word) => return Ok(Some(Lots::new(U256::from_be_bytes(word)))),
                Err(_) => format!("{} bytes", bytes.len()),
            },
            CallOutcome::Failed(reason) => reason,
        };
        Err(RpcError::value(TriedAnswer::METHOD, "a balance, in a word of 32 bytes", found))
    }

    async fn run(
        &self,
        owner: EvmAddress,
        to: EvmAddress,
        data: &[u8],
    ) -> Result<TriedAnswer, RpcError> {
        let question = json!({
            "owner_address": in_hex(owner),
            "contract_address": in_hex(to),
            "data": hex::encode(data),
            "visible": false,
        });
        self.ask(Of::Head, TriedAnswer::METHOD, &question).await
    }
}
