//! How JSON-RPC writes numbers and bytes, read strictly.
//!
//! Source: [Ethereum JSON-RPC](https://ethereum.org/en/developers/docs/apis/json-rpc/#conventions).

use countersign_units::U256;
use serde_json::Value;

use super::RpcError;

/// The most hex digits of a number.
const MAX_DIGITS: usize = 64;

/// Reads a number: `0x` and hex digits without a leading zero.
///
/// # Errors
///
/// Returns [`RpcError::Value`] if it is anything else.
pub(crate) fn quantity(value: &Value, method: &'static str) -> Result<U256, RpcError> {
    let digits = value.as_str().and_then(|text| text.strip_prefix("0x")).unwrap_or_default();
    let leading_zero = digits.len() > 1 && digits.starts_with('0');
    let sound = (1..=MAX_DIGITS).contains(&digits.len())
        && !leading_zero
        && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    sound
        .then(|| U256::from_str_radix(digits, 16).ok())
        .flatten()
        .ok_or_else(|| RpcError::value(method, "a number in hex", shown(value)))
}

/// Reads a number of at most 64 bits.
///
/// # Errors
///
/// Returns [`RpcError::Value`] if it is anything else.
pub(crate) fn small(value: &Value, method: &'static str) -> Result<u64, RpcError> {
    let number = quantity(value, method)?;
    number
        .try_into()
        .map_err(|_| RpcError::value(method, "a number below 2^64", number.to_string()))
}

/// Reads a price or a fee: a number of at most 128 bits.
///
/// # Errors
///
/// Returns [`RpcError::Value`] if it is anything else.
pub(crate) fn wei(value: &Value, method: &'static str) -> Result<u128, RpcError> {
    let number = quantity(value, method)?;
    number
        .try_into()
        .map_err(|_| RpcError::value(method, "a number below 2^128", number.to_string()))
}

/// Reads bytes: `0x` and two hex digits for each, at most `limit` of them.
///
/// # Errors
///
/// Returns [`RpcError::Value`] if it is anything else.
pub(crate) fn data(value: &Value, method: &'static str, limit: usize) -> Result<Vec<u8>, RpcError> {
    let digits = value.as_str().and_then(|text| text.strip_prefix("0x"));
    let digits = digits.ok_or_else(|| RpcError::value(method, "bytes in hex", shown(value)))?;
    let length = digits.len().div_ceil(2);
    if length > limit {
        let expected = format!("at most {limit} bytes");
        return Err(RpcError::value(method, &expected, format!("{length} bytes")));
    }
    hex::decode(digits).map_err(|_| RpcError::value(method, "bytes in hex", shown(value)))
}

/// Reads a word of 32 bytes.
///
/// # Errors
///
/// Returns [`RpcError::Value`] if it is anything else.
pub(crate) fn word(value: &Value, method: &'static str) -> Result<[u8; 32], RpcError> {
    let bytes = data(value, method, 32)?;
    <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| {
        RpcError::value(method, "a word of 32 bytes", format!("{} bytes", bytes.len()))
    })
}

/// Tells of what kind a value is that is not of its form. Texts are not repeated: a node may write
/// its own URL into them.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("text of {} bytes", text.len()),
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "a boolean".to_owned(),
        Value::Number(_) => "a number without quotes".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_numbers_without_leading_zeros() {
        for (text, number) in [("0x0", 0), ("0x1", 1), ("0x7a69", 31_337), ("0xABC", 0xabc)] {
            assert_eq!(small(&json!(text), "m").unwrap(), number, "{text}");
        }
        let most = format!("0x{}", "f".repeat(64));
        assert_eq!(quantity(&json!(most), "m").unwrap(), U256::MAX);
        assert!(small(&json!("0x10000000000000000"), "m").is_err());
        let most = format!("0x{}", "f".repeat(32));
        assert_eq!(wei(&json!(most), "m").unwrap(), u128::MAX);
        assert!(wei(&json!(format!("{most}0")), "m").is_err());
    }

    #[test]
    fn refuses_every_other_number() {
        let long = format!("0x1{}", "0".repeat(64));
        for value in [
            json!("0x"),
            json!("0x00"),
            json!("0x01"),
            json!("1"),
            json!(1),
            json!(null),
            json!("0x-1"),
            json!("0x+1"),
            json!("0x_1"),
            json!("0xg"),
            json!(" 0x1"),
            json!(long),
            json!(["0x1"]),
            json!({}),
            json!(true),
            json!("0X1"),
        ] {
            assert!(quantity(&value, "m").is_err(), "{value}");
        }
    }

    #[test]
    fn reads_bytes_up_to_a_limit() {
        assert_eq!(data(&json!("0x"), "m", 0).unwrap(), Vec::<u8>::new());
        assert_eq!(data(&json!("0x00fF"), "m", 2).unwrap(), [0, 255]);
        for value in [json!("0x000000"), json!("0x0"), json!("00"), json!("0xzz"), json!(0)] {
            assert!(data(&value, "m", 2).is_err(), "{value}");
        }
    }

    #[test]
    fn a_word_has_32_bytes() {
        assert_eq!(word(&json!(format!("0x{}", "01".repeat(32))), "m").unwrap(), [1; 32]);
        for length in [0, 1, 31, 33, 64] {
            let value = json!(format!("0x{}", "00".repeat(length)));
            assert!(word(&value, "m").is_err(), "{length}");
        }
    }

    proptest! {
        #[test]
        fn numbers_round_trip(limbs: [u64; 4]) {
            let number = U256::from_limbs(limbs);
            prop_assert_eq!(quantity(&json!(format!("{number:#x}")), "m"), Ok(number));
            let bytes: [u8; 32] = number.to_be_bytes();
            prop_assert_eq!(word(&json!(format!("0x{}", hex::encode(bytes))), "m"), Ok(bytes));
        }

        #[test]
        fn no_text_panics(text in ".*|0x[0-9a-fA-F]{0,80}|0x.*", limit in 0_usize..40) {
            let value = json!(text);
            let _ = (quantity(&value, "m"), small(&value, "m"), word(&value, "m"));
            if let Ok(bytes) = data(&value, "m", limit) {
                prop_assert!(bytes.len() <= limit);
                prop_assert_eq!(format!("0x{}", hex::encode(bytes)), text.to_lowercase());
            }
        }
    }
}
