use countersign_approval::excerpt;
use countersign_units::U256;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::answers::{Block, BlockAnswer};
use crate::rpc::{Rest, RpcError};

/// Asks for a block without its transactions.
pub(super) const BLOCK: &str = "getblock";

/// A node of Tron.
pub(super) struct Node {
    pub(super) rest: Rest,
}

/// Of which state something is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// The latest that the node has.
    Head,
    /// The latest that can't be undone.
    Solid,
}

impl Of {
    const fn path(self) -> &'static str {
        match self {
            Self::Head => "wallet",
            Self::Solid => "walletsolidity",
        }
    }
}

/// What nodes answer of a question that they can't answer, with status 200.
#[derive(Deserialize)]
struct Failed {
    #[serde(rename = "Error")]
    error: Option<String>,
}

impl Node {
    /// Asks a question, and reads the answer.
    ///
    /// # Errors
    ///
    /// Returns an [`RpcError`] if there is no answer, or another.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        of: Of,
        method: &'static str,
        question: &Value,
    ) -> Result<T, RpcError> {
        let body = self.rest.post_json(&[of.path(), method], &question.to_string()).await?;
        let failed: Failed = parse(&body, method)?;
        if let Some(error) = failed.error {
            return Err(RpcError::Node { method, code: 0, message: self.excerpt(&error) });
        }
        parse(&body, method)
    }

    /// Reads the latest block.
    pub(super) async fn latest(&self, of: Of) -> Result<Block, RpcError> {
        let answer: BlockAnswer = self.ask(of, BLOCK, &json!({"detail": false})).await?;
        answer.read()?.ok_or_else(|| RpcError::value(BLOCK, "the latest block", "none"))
    }

    /// Reads the block of a height.
    pub(super) async fn block(&self, height: u64) -> Result<Option<Block>, RpcError> {
        let question = json!({"id_or_num": height.to_string(), "detail": false});
        let answer: BlockAnswer = self.ask(Of::Head, BLOCK, &question).await?;
        let block = answer.read()?;
        match block {
            Some(found) if found.number != height => {
                let found = format!("block {}", found.number);
                Err(RpcError::value(BLOCK, &format!("block {height}"), found))
            }
            block => Ok(block),
        }
    }

    /// Requires a node of a chain, whose id ends that of its first block.
    ///
    /// It is asked each time: behind one URL there may be another node by now.
    ///
    /// Source: [TIP-712](https://github.com/tronprotocol/tips/blob/master/tip-712.md), and TIP-474
    /// of the same place.
    pub(super) async fn check(&self, chain_id: u64) -> Result<(), RpcError> {
        let first = self.block(0).await?;
        let first = first.ok_or_else(|| RpcError::value(BLOCK, "the first block", "none"))?;
        let end = first.id.last_chunk::<4>().copied().unwrap_or_default();
        let found = u64::from(u32::from_be_bytes(end));
        if found == chain_id {
            return Ok(());
        }
        Err(RpcError::OtherChain { expected: chain_id, found: U256::from(found) })
    }

    /// Shortens a text of the node, after what may be a key was cut out of it.
    pub(super) fn excerpt(&self, text: &str) -> String {
        excerpt(&self.rest.redact(text))
    }
}

fn parse<T: DeserializeOwned>(body: &str, method: &'static str) -> Result<T, RpcError> {
    // Its own text may repeat what the node sent.
    serde_json::from_str(body).map_err(|error| {
        let found = format!("other text at line {} column {}", error.line(), error.column());
        RpcError::value(method, "an answer of a node of Tron", found)
    })
}
