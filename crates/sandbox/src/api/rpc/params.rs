//! What stands in the parameters of a question.

use alloy::primitives::{Address, B256, Bytes, TxKind, U256};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error};
use serde_json::Value;

use super::error::RpcError;
use crate::chain::{BlockId, Call};

/// An address: `0x` and 40 hex digits, on Tron too.
#[derive(Deserialize)]
pub(super) struct AddressParam(pub(super) Address);

/// What a call is to run.
#[derive(Deserialize)]
pub(super) struct CallParam {
    #[serde(default)]
    pub(super) from: Address,
    pub(super) to: Address,
    #[serde(default)]
    pub(super) value: U256,
    #[serde(default, alias = "input")]
    pub(super) data: Bytes,
}

/// Parameters of which the last may be missing.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrTwo<A, B> {
    Two(A, B),
    One([A; 1]),
}

/// A count: a number, or a quantity.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum CountParam {
    Number(u64),
    Quantity(U256),
}

impl CountParam {
    /// Returns the count, or the largest that there is.
    pub(super) fn value(&self) -> u64 {
        match self {
            Self::Number(count) => *count,
            Self::Quantity(count) => count.saturating_to(),
        }
    }
}

impl CallParam {
    /// Says what is to be run.
    pub(super) fn into_call(self) -> Call {
        let Self { from, to, value, data } = self;
        Call { from, to: TxKind::Call(to), value, data }
    }
}

/// A place in a contract's storage.
pub(super) struct SlotParam(pub(super) U256);

/// A block: by a tag, a number, or an object with its number or its hash (EIP-1898).
pub(super) struct BlockParam(pub(super) BlockId);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BlockObject {
    block_hash: Option<B256>,
    block_number: Option<String>,
    // All blocks are on the one chain, so it is the same either way.
    #[serde(rename = "requireCanonical")]
    _require_canonical: Option<bool>,
}

/// Reads the parameters of a method.
///
/// # Errors
///
/// Returns an [`RpcError`] that says what was expected.
pub(super) fn read<T: DeserializeOwned>(params: Value, expected: &str) -> Result<T, RpcError> {
    serde_json::from_value(params).map_err(|_| RpcError::params(expected))
}

impl<'de> Deserialize<'de> for SlotParam {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = text.strip_prefix("0x").filter(|digits| (1..=64).contains(&digits.len()));
        let slot = digits.and_then(|digits| U256::from_str_radix(digits, 16).ok());
        slot.map(Self).ok_or_else(|| D::Error::custom("a slot in hex"))
    }
}

impl<'de> Deserialize<'de> for BlockParam {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Text(String),
            Object(BlockObject),
        }
        let id = match Form::deserialize(deserializer)? {
            Form::Text(text) => tagged(&text),
            Form::Object(BlockObject { block_hash: Some(hash), block_number: None, .. }) => {
                Some(BlockId::Hash(hash))
            }
            Form::Object(BlockObject { block_hash: None, block_number: Some(text), .. }) => {
                number(&text)
            }
            Form::Object(_) => None,
        };
        id.map(Self).ok_or_else(|| D::Error::custom("a block"))
    }
}

fn tagged(text: &str) -> Option<BlockId> {
    match text {
        // A block is final as soon as it is there.
        "latest" | "pending" | "safe" | "finalized" => Some(BlockId::Latest),
        "earliest" => Some(BlockId::Number(0)),
        text => number(text),
    }
}

/// Reads a quantity: `0x` and hex digits without a zero before them.
fn number(text: &str) -> Option<BlockId> {
    let digits = text.strip_prefix("0x")?;
    let padded = digits.len() > 1 && digits.starts_with('0');
    let hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let read = u64::from_str_radix(digits, 16).ok().filter(|_| hex && !padded);
    read.map(BlockId::Number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn block(value: Value) -> Option<BlockId> {
        read::<BlockParam>(value, "").ok().map(|block| block.0)
    }

    #[test]
    fn reads_a_block_in_each_form() {
        let hash = B256::repeat_byte(7);
        assert_eq!(block(json!("latest")), Some(BlockId::Latest));
        assert_eq!(block(json!("0x0")), Some(BlockId::Number(0)));
        assert_eq!(block(json!("0x1f")), Some(BlockId::Number(31)));
        assert_eq!(block(json!({ "blockNumber": "0x2" })), Some(BlockId::Number(2)));
        let named = json!({ "blockHash": hash.to_string(), "requireCanonical": true });
        assert_eq!(block(named), Some(BlockId::Hash(hash)));
        for value in [
            json!(1),
            json!("1"),
            json!("0x"),
            json!("0x01"),
            json!("0x+1"),
            json!("newest"),
            json!({}),
            json!({ "blockHash": "0x12" }),
            json!({ "blockHash": hash.to_string(), "blockNumber": "0x1" }),
            json!({ "hash": hash.to_string() }),
            Value::Null,
        ] {
            assert_eq!(block(value.clone()), None, "{value}");
        }
    }
}
