//! What was so before a block, and what happened within it.

use countersign_approval::{NonceQuery, NonceState, SeenUse, UseQuery};
use countersign_units::{U256, UnixSeconds};
use serde_json::Value;

use super::calls::{LOGS, Questions, sent_within};
use super::reading::Reading;
use super::view::CALL;
use crate::rpc::{RpcError, word};

impl Reading {
    /// Asks how a permit may have been used up to a block.
    pub(super) async fn seen_use(&self, query: &UseQuery) -> Result<SeenUse, RpcError> {
        let UseQuery { nonce: NonceQuery { chain_id, permit2, owner, nonce }, token, block } =
            *query;
        let before = block.checked_sub(1).ok_or_else(|| {
            RpcError::value(CALL, "a block that others came before", block.to_string())
        })?;
        let about = Questions { block: Value::String(format!("{before:#x}")) };
        let calls = [about.nonce_bitmap(permit2, owner, nonce), sent_within(block, token, owner)];
        let answers = self.ask(chain_id, &calls).await?;
        let [bitmap, logs] = answers.as_slice() else {
            let found = answers.len().to_string();
            return Err(RpcError::Malformed { expected: "two answers", found });
        };
        let bitmap = U256::from_be_bytes(word(bitmap, CALL)?);
        let logs = logs
            .as_array()
            .ok_or_else(|| RpcError::value(LOGS, "a list of logs", "something else"))?;
        let spent = NonceState::new(bitmap, nonce, None::<UnixSeconds>).used;
        Ok(SeenUse { before: spent, within: !logs.is_empty() })
    }
}
