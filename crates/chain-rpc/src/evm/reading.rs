use std::sync::OnceLock;

use countersign_units::U256;
use serde_json::{Value, json};

use super::EvmRpcSettings;
use super::block::Block;
use super::calls::Questions;
use crate::rpc::{Call, Node, RpcError, quantity};

const CHAIN_ID: &str = "eth_chainId";
/// How often all is asked again when the chain moved on.
const ATTEMPTS: u32 = 3;

/// Reads from one node as of one block.
pub(super) struct Reading {
    pub(super) node: Node,
    pub(super) settings: EvmRpcSettings,
    /// The chain that the node said it is of, once it was the one that was asked for.
    pub(super) chain_id: OnceLock<u64>,
}

impl Reading {
    /// Asks questions about the latest block, and returns it with the answers in their order.
    ///
    /// # Errors
    ///
    /// Returns an [`RpcError`] if the node is of another chain, if it does not answer, or if the
    /// chain moved on between the answers, time and again.
    pub(super) async fn at_latest(
        &self,
        chain_id: u64,
        questions: impl Fn(&Questions) -> Vec<Call>,
    ) -> Result<(Block, Vec<Value>), RpcError> {
        for _ in 0..ATTEMPTS {
            let block = self.latest(chain_id).await?;
            let about = Questions { block: block.name(self.settings.block) };
            if let Some(answers) = self.at(block, questions(&about)).await? {
                return Ok((block, answers));
            }
        }
        Err(RpcError::Moved { attempts: ATTEMPTS })
    }

    /// Reads the latest block; the first time also the chain's id.
    async fn latest(&self, chain_id: u64) -> Result<Block, RpcError> {
        let mut calls = vec![Block::latest()];
        if self.chain_id.get() != Some(&chain_id) {
            calls.push(Call { method: CHAIN_ID, params: json!([]) });
        }
        let answers = self.node.ask(&calls, self.settings.max_batch).await?;
        if let Some(answer) = answers.get(1) {
            self.check_chain(answer, chain_id)?;
        }
        Block::read(answers.first().unwrap_or(&Value::Null))
    }

    fn check_chain(&self, answer: &Value, expected: u64) -> Result<(), RpcError> {
        let found = quantity(answer, CHAIN_ID)?;
        if found != U256::from(expected) {
            return Err(RpcError::OtherChain { expected, found });
        }
        // A node that was asked for two chains has already failed for one of them.
        self.chain_id.get_or_init(|| expected);
        Ok(())
    }

    /// Asks about a block; nothing if it isn't the same block any more.
    async fn at(&self, block: Block, mut calls: Vec<Call>) -> Result<Option<Vec<Value>>, RpcError> {
        let again = block.again(self.settings.block);
        let checked = again.is_some();
        calls.extend(again);
        let mut answers = self.node.ask(&calls, self.settings.max_batch).await?;
        if !checked {
            return Ok(Some(answers));
        }
        let last = answers.pop().unwrap_or(Value::Null);
        let same = last != Value::Null && Block::read(&last)? == block;
        Ok(same.then_some(answers))
    }
}
