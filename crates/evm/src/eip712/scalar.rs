use countersign_api_types::json;
use countersign_approval::TypedDataStandard;
use countersign_units::{EvmAddress, Lots, ParseEvmAddressError, TronAddress, U256};

use super::{Kind, Value};
use crate::keccak::Word;

/// Above this a JSON number is not the same in every reader.
const MAX_SAFE_INTEGER: u64 = 1 << 53;

/// Where a payload's values stand, and so how exact its JSON numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A member of the API's answer: integers are exact at any size.
    Api,
    /// An `eth_signTypedData_v4` object: wallets read numbers as floats.
    TypedData,
}

/// How a value is to be read: where it stands, and by which standard.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    pub(crate) source: Source,
    pub(crate) standard: TypedDataStandard,
}

/// Decodes a value that is no array and no struct. The error says what was expected.
pub(crate) fn decode_scalar(
    kind: &Kind,
    value: &json::Value<'_>,
    reading: Reading,
) -> Result<Value, String> {
    let Reading { source, standard } = reading;
    let decoded = match (kind, value) {
        (Kind::Bool, json::Value::Bool(truth)) => {
            Some(Value::Word(word_of(U256::from(u8::from(*truth)))))
        }
        (Kind::String, json::Value::String(text)) => Some(Value::String(text.as_ref().to_owned())),
        (Kind::Bytes, json::Value::String(text)) => bytes(text).map(Value::Bytes),
        (Kind::FixedBytes(size), json::Value::String(text)) => {
            fixed_bytes(text, *size).map(Value::Word)
        }
        (Kind::Address, json::Value::String(text)) => {
            return address(text, standard).map(|address| Value::Word(address.to_word()));
        }
        (Kind::Uint(bits), value) => uint(value, source, true)
            .filter(|value| fits(*value, *bits))
            .map(|value| Value::Word(word_of(value))),
        (Kind::Int(bits), value) => int(value, source, *bits).map(Value::Word),
        _ => None,
    };
    decoded.ok_or_else(|| kind.to_string())
}

/// Reads an address; the error names the right checksum where that is all that is wrong.
pub(crate) fn address(text: &str, standard: TypedDataStandard) -> Result<EvmAddress, String> {
    if standard == TypedDataStandard::Tip712 && !text.starts_with("0x") {
        let read: Result<TronAddress, _> = text.parse();
        return read
            .map(TronAddress::to_evm)
            .map_err(|_| "a Tron address T…, or one in hex".into());
    }
    text.parse().map_err(|error: ParseEvmAddressError| match error {
        ParseEvmAddressError::Checksum { expected } => format!("the checksum form {expected}"),
        _ => Kind::Address.to_string(),
    })
}

/// Reads an integer without sign: a decimal string or an exact JSON integer, and hex where the API
/// or wallets send it.
pub(crate) fn uint(value: &json::Value<'_>, source: Source, hex_allowed: bool) -> Option<U256> {
    match value {
        json::Value::String(text) => match text.strip_prefix("0x") {
            Some(digits) => hex_uint(digits).filter(|_| hex_allowed),
            None => decimal(text),
        },
        json::Value::Number(text) => decimal(text).filter(|value| is_exact(*value, source)),
        _ => None,
    }
}

fn int(value: &json::Value<'_>, source: Source, bits: u16) -> Option<Word> {
    let (text, from_number) = match value {
        json::Value::String(text) => (text.as_ref(), false),
        json::Value::Number(text) => (*text, true),
        _ => return None,
    };
    let limit = U256::from(1).checked_shl(usize::from(bits).checked_sub(1)?)?;
    let exact = |value: &U256| !from_number || is_exact(*value, source);
    if let Some(digits) = text.strip_prefix('-') {
        let magnitude = decimal(digits).filter(exact)?;
        let negative = !magnitude.is_zero() && magnitude <= limit;
        return negative.then(|| word_of(magnitude.wrapping_neg()));
    }
    uint(value, source, true).filter(|value| *value < limit).map(word_of)
}

fn is_exact(value: U256, source: Source) -> bool {
    source == Source::Api || value <= U256::from(MAX_SAFE_INTEGER)
}

fn fits(value: U256, bits: u16) -> bool {
    value.bit_len() <= usize::from(bits)
}

fn decimal(text: &str) -> Option<U256> {
    text.parse().ok().map(Lots::value)
}

fn hex_uint(digits: &str) -> Option<U256> {
    let plain =
        (1..=64).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if plain { U256::from_str_radix(digits, 16).ok() } else { None }
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    hex::decode(text.strip_prefix("0x")?).ok()
}

/// Reads `bytesN`, right-padded as EIP-712 encodes it. The prefix may be absent from a `bytes32`,
/// as some services send hashes.
fn fixed_bytes(text: &str, size: u8) -> Option<Word> {
    let digits = match text.strip_prefix("0x") {
        Some(digits) => digits,
        None if size == 32 => text,
        None => return None,
    };
    let mut word = [0; 32];
    hex::decode_to_slice(digits, word.get_mut(..usize::from(size))?).ok()?;
    Some(word)
}

const fn word_of(value: U256) -> Word {
    value.to_be_bytes()
}
