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

    /// Reads the latest block of the chain.
    ///
    /// The chain's id is asked each time: behind one URL there may be another node by now.
    async fn latest(&self, chain_id: u64) -> Result<Block, RpcError> {
        let calls = [Block::latest(), Call { method: CHAIN_ID, params: json!([]) }];
        let answers = self.node.ask(&calls, self.settings.max_batch).await?;
        let [block, found] = answers.as_slice() else {
            let found = answers.len().to_string();
            return Err(RpcError::Malformed { expected: "two answers", found });
        };
        check_chain(found, chain_id)?;
        Block::read(block)
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

fn check_chain(answer: &Value, expected: u64) -> Result<(), RpcError> {
    let found = quantity(answer, CHAIN_ID)?;
    if found != U256::from(expected) {
        return Err(RpcError::OtherChain { expected, found });
    }
    Ok(())
}
