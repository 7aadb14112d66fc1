//! What was so before a block, and what happened within it.

use alloy::primitives::B256;
use countersign_approval::{NonceQuery, NonceState, SeenUse, UseQuery};
use countersign_units::{EvmAddress, U256, UnixSeconds};
use serde_json::Value;

use super::calls::{INVALIDATED, LOGS, Questions, SENT, spent_within};
use super::reading::Reading;
use super::view::CALL;
use crate::rpc::{RpcError, word};

impl Reading {
    /// Asks how a permit may have been used up to a block.
    ///
    /// That nothing was noted of the token counts only beside the note that the owner spent a nonce in
    /// that block: a node that does not have the block yet, or keeps no notes, answers with none.
    pub(super) async fn seen_use(&self, query: &UseQuery) -> Result<SeenUse, RpcError> {
        let UseQuery { nonce: NonceQuery { chain_id, permit2, owner, nonce }, token, block } =
            *query;
        let before = block.checked_sub(1).ok_or_else(|| {
            RpcError::value(CALL, "a block that others came before", block.to_string())
        })?;
        let about = Questions { block: Value::String(format!("{before:#x}")) };
        let calls = [
            about.nonce_bitmap(permit2, owner, nonce),
            spent_within(block, [token, permit2], owner),
        ];
        let answers = self.ask(chain_id, &calls).await?;
        let [bitmap, logs] = answers.as_slice() else {
            let found = answers.len().to_string();
            return Err(RpcError::Malformed { expected: "two answers", found });
        };
        let bitmap = U256::from_be_bytes(word(bitmap, CALL)?);
        let spent = NonceState::new(bitmap, nonce, None::<UnixSeconds>).used;
        let logs = logs.as_array().ok_or_else(|| unexpected("a list of logs", "something else"))?;
        if !logs.iter().any(|log| is_of(log, permit2, INVALIDATED)) {
            return Err(unexpected("a nonce that its owner spent in the block", "none"));
        }
        Ok(SeenUse { before: spent, within: logs.iter().any(|log| is_of(log, token, SENT)) })
    }
}

/// Says whether a contract noted something of a kind.
fn is_of(log: &Value, contract: EvmAddress, kind: B256) -> bool {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let address = text(log.get("address")).and_then(|text| text.parse::<EvmAddress>().ok());
    let topic = text(log.get("topics").and_then(|topics| topics.get(0)));
    address == Some(contract) && topic.and_then(|text| text.parse().ok()) == Some(kind)
}

fn unexpected(expected: &str, found: &str) -> RpcError {
    RpcError::value(LOGS, expected, found)
}
