use countersign_units::{U256, UnixSeconds};
use serde_json::{Value, json};

use super::BlockSelector;
use crate::rpc::{Call, RpcError, quantity, small, wei, word};

const METHOD: &str = "eth_getBlockByNumber";

/// A block, by all its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) hash: [u8; 32],
    pub(super) number: U256,
    pub(super) time: UnixSeconds,
    /// What a unit of gas costs, on chains that say so.
    pub(super) base_fee: Option<u128>,
}

impl Block {
    /// Asks for the latest block, without its transactions.
    pub(super) fn latest() -> Call {
        Call { method: METHOD, params: json!(["latest", false]) }
    }

    /// Asks for the block again, in the way in which the facts were asked for, where that tells
    /// something.
    pub(super) fn again(&self, selector: BlockSelector) -> Option<Call> {
        match selector {
            BlockSelector::Hash => None,
            BlockSelector::Number => {
                Some(Call { method: METHOD, params: json!([self.number_in_hex(), false]) })
            }
            BlockSelector::Latest => Some(Self::latest()),
        }
    }

    /// Names the block in a question.
    pub(super) fn name(&self, selector: BlockSelector) -> Value {
        match selector {
            BlockSelector::Hash => {
                let hash = format!("0x{}", hex::encode(self.hash));
                json!({"blockHash": hash, "requireCanonical": true})
            }
            BlockSelector::Number => Value::String(self.number_in_hex()),
            BlockSelector::Latest => json!("latest"),
        }
    }

    /// Reads a block.
    ///
    /// # Errors
    ///
    /// Returns [`RpcError::Value`] if it is none.
    pub(super) fn read(answer: &Value) -> Result<Self, RpcError> {
        let member = |name: &str| {
            answer.get(name).ok_or_else(|| {
                RpcError::value(METHOD, "a block", format!("an answer without {name}"))
            })
        };
        Ok(Self {
            hash: word(member("hash")?, METHOD)?,
            number: quantity(member("number")?, METHOD)?,
            time: UnixSeconds::new(small(member("timestamp")?, METHOD)?),
            base_fee: answer.get("baseFeePerGas").map(|fee| wei(fee, METHOD)).transpose()?,
        })
    }

    fn number_in_hex(&self) -> String {
        format!("{:#x}", self.number)
    }
}
