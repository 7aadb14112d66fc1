use countersign_approval::CallState;
use countersign_units::U256;
use serde_json::{Value, json};

use super::reading::Reading;
use crate::rpc::{Call, RpcError, quantity, word};

const RECEIPT: &str = "eth_getTransactionReceipt";
const HEIGHT: &str = "eth_blockNumber";

impl Reading {
    /// Asks what became of a transaction.
    pub(super) async fn call_state(
        &self,
        chain_id: u64,
        hash: [u8; 32],
    ) -> Result<CallState, RpcError> {
        // The height last: it is never below that of the receipt's block.
        let calls = [
            by_hash(hash),
            Call { method: RECEIPT, params: json!([in_hex(&hash)]) },
            Call { method: HEIGHT, params: json!([]) },
        ];
        let answers = self.ask(chain_id, &calls).await?;
        let [transaction, receipt, height] = answers.as_slice() else {
            let found = answers.len().to_string();
            return Err(RpcError::Malformed { expected: "three answers", found });
        };
        match (transaction, receipt) {
            (Value::Null, Value::Null) => Ok(CallState::Unknown),
            (_, Value::Null) => Ok(CallState::Pending),
            (_, receipt) => mined(receipt, hash, quantity(height, HEIGHT)?),
        }
    }

    /// Says whether the node knows a transaction.
    pub(super) async fn knows(&self, chain_id: u64, hash: [u8; 32]) -> Result<bool, RpcError> {
        let answers = self.ask(chain_id, &[by_hash(hash)]).await?;
        Ok(answers.first().is_some_and(|transaction| !transaction.is_null()))
    }
}

fn by_hash(hash: [u8; 32]) -> Call {
    Call { method: "eth_getTransactionByHash", params: json!([in_hex(&hash)]) }
}

fn mined(receipt: &Value, hash: [u8; 32], height: U256) -> Result<CallState, RpcError> {
    let member = |name: &str| receipt.get(name).unwrap_or(&Value::Null);
    let found = word(member("transactionHash"), RECEIPT)?;
    if found != hash {
        return Err(RpcError::value(RECEIPT, &in_hex(&hash), in_hex(&found)));
    }
    let block = quantity(member("blockNumber"), RECEIPT)?;
    let status = quantity(member("status"), RECEIPT)?;
    if status > U256::ONE {
        return Err(RpcError::value(RECEIPT, "status 0 or 1", status.to_string()));
    }
    let confirmations = height.saturating_sub(block).saturating_add(U256::ONE);
    Ok(CallState::Mined {
        succeeded: status == U256::ONE,
        block: block.saturating_to(),
        confirmations: confirmations.saturating_to(),
    })
}

fn in_hex(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}
