use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_api_types::json::{self, JsonError, Value};
use countersign_approval::{Code, Refusal};
use serde_json::value::RawValue;

use super::refuse;

const MEMBER: &str = "transaction";

/// Takes the text of the one transaction out of a payload.
pub(super) fn read(payload: Option<&RawValue>) -> Result<String, Refusal> {
    let payload = payload.map_or("null", RawValue::get);
    let payload = json::parse(payload).map_err(|JsonError { kind, offset }| {
        let code = if kind.is_ambiguous() { Code::Encoding } else { Code::Malformed };
        let found = format_args!("text with an error at byte {offset}: {kind}");
        refuse(code, "payload", "JSON that can be read in one way", found)
    })?;
    let malformed = |expected, found: &str| refuse(Code::Malformed, "payload", expected, found);
    let members = payload
        .as_object()
        .ok_or_else(|| malformed("an object with a transaction", payload.kind()))?;
    if let Some((other, _)) = members.members().find(|(name, _)| *name != MEMBER) {
        return Err(malformed("no member but transaction", other));
    }
    let text = members.get(MEMBER).and_then(Value::as_str);
    let found = members.get(MEMBER).map_or("nothing", Value::kind);
    text.map(str::to_owned).ok_or_else(|| malformed("a transaction in hex or base64", found))
}

/// Reads bytes: hex, with `0x` or without, where all are hex digits; padded base64 otherwise.
pub(super) fn bytes(text: &str) -> Result<Vec<u8>, Refusal> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let bytes = if is_hex { hex::decode(digits).ok() } else { STANDARD.decode(text).ok() };
    let found = countersign_approval::excerpt(text);
    bytes.ok_or_else(|| refuse(Code::Encoding, MEMBER, "hex or padded base64", found))
}
