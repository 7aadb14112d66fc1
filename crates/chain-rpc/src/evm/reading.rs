use countersign_units::U256;
use serde_json::{Value, json};

use super::EvmRpcSettings;
use super::block::Block;
use super::calls::Questions;
use crate::rpc::{Call, Node, RpcError, Said, quantity, read};

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
        let (block, answers) = self.each_at_latest(chain_id, questions).await?;
        let answers = answers.into_iter().map(|(method, said)| read(&said?, method, "JSON"));
        Ok((block, answers.collect::<Result<_, _>>()?))
    }

    /// Asks questions about the latest block, and returns it with what the node says to each of them,
    /// behind the question's method.
    ///
    /// # Errors
    ///
    /// Returns an [`RpcError`] as [`at_latest`](Self::at_latest) does, but for what the node says
    /// to one question.
    pub(super) async fn each_at_latest(
        &self,
        chain_id: u64,
        questions: impl Fn(&Questions) -> Vec<Call>,
    ) -> Result<(Block, Vec<(&'static str, Said)>), RpcError> {
        for _ in 0..ATTEMPTS {
            let block = self.latest(chain_id).await?;
            let about = Questions { block: block.name(self.settings.block) };
            let calls = questions(&about);
            let methods: Vec<_> = calls.iter().map(|call| call.method).collect();
            if let Some(answers) = self.at(block, calls).await? {
                return Ok((block, methods.into_iter().zip(answers).collect()));
            }
        }
        Err(RpcError::Moved { attempts: ATTEMPTS })
    }

    /// Asks one question, or several in one request, after the chain's id.
    ///
    /// # Errors
    ///
    /// Returns an [`RpcError`] if the node is of another chain, or if it does not answer.
    pub(super) async fn ask(&self, chain_id: u64, calls: &[Call]) -> Result<Vec<Value>, RpcError> {
        let with_id: Vec<_> = [id_call()].into_iter().chain(calls.iter().cloned()).collect();
        let mut answers = self.node.ask(&with_id, self.settings.max_batch).await?;
        if answers.is_empty() {
            return Err(RpcError::Unanswered { method: CHAIN_ID });
        }
        check_chain(&answers.remove(0), chain_id)?;
        Ok(answers)
    }

    /// Reads the latest block of the chain.
    ///
    /// The chain's id is asked each time: behind one URL there may be another node by now.
    async fn latest(&self, chain_id: u64) -> Result<Block, RpcError> {
        let calls = [Block::latest(), id_call()];
        let answers = self.node.ask(&calls, self.settings.max_batch).await?;
        let [block, found] = answers.as_slice() else {
            let found = answers.len().to_string();
            return Err(RpcError::Malformed { expected: "two answers", found });
        };
        check_chain(found, chain_id)?;
        Block::read(block)
    }

    /// Asks about a block; nothing if it isn't the same block any more.
    async fn at(&self, block: Block, mut calls: Vec<Call>) -> Result<Option<Vec<Said>>, RpcError> {
        let again = block.again(self.settings.block);
        let method = again.as_ref().map(|call| call.method);
        calls.extend(again);
        let mut answers = self.node.ask_each(&calls, self.settings.max_batch).await?;
        let Some(method) = method else { return Ok(Some(answers)) };
        let last = answers.pop().ok_or(RpcError::Unanswered { method })?;
        let last: Value = read(&last?, method, "JSON")?;
        let same = last != Value::Null && Block::read(&last)? == block;
        Ok(same.then_some(answers))
    }
}

fn id_call() -> Call {
    Call { method: CHAIN_ID, params: json!([]) }
}

fn check_chain(answer: &Value, expected: u64) -> Result<(), RpcError> {
    let found = quantity(answer, CHAIN_ID)?;
    if found != U256::from(expected) {
        return Err(RpcError::OtherChain { expected, found });
    }
    Ok(())
}
