use std::fmt;
use std::sync::Arc;

use countersign_api_types::json::{self, JsonError, Object, Value};
use countersign_approval::{Code, Violation};

/// The members that are compared with the terms or with each other.
const KNOWN: [&str; 6] = [
    "transaction",
    "transaction_hex",
    "transaction_base64",
    "recent_blockhash",
    "resolver_deposit_address",
    "nonce",
];

/// A transaction to co-sign as it was sent. Nothing about it has been checked.
///
/// One JSON object, the `params_to_sign` of an intent: `transaction` in hex or base64, or
/// `transaction_hex` and `transaction_base64`, of which each that is there is read.
/// `recent_blockhash`, `resolver_deposit_address` and `nonce` may stand beside them and are
/// compared. Other members are ignored, and named in the statement.
#[derive(Clone)]
pub struct CosignPayload(Arc<str>);

impl CosignPayload {
    /// Takes the JSON text of a payload, unread.
    pub fn new(json: impl Into<Arc<str>>) -> Self {
        Self(json.into())
    }

    /// Returns the JSON text.
    pub fn as_json(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CosignPayload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "CosignPayload({} bytes)", self.0.len())
    }
}

/// The members of a payload, sorted by what they mean; `null` is the same as absent.
#[derive(Clone, Copy)]
pub(crate) struct Sent<'v> {
    members: &'v Object<'v>,
}

impl<'v> Sent<'v> {
    /// Takes a payload that is an object.
    pub(crate) fn new(payload: &'v Value<'v>) -> Result<Self, Violation> {
        let members = payload.as_object();
        let members = members.ok_or_else(|| malformed("payload", "an object", payload.kind()))?;
        Ok(Self { members })
    }

    /// Returns a member that is a string.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&'v str>, Violation> {
        let value = self.members.get(name).filter(|value| !value.is_null());
        let text = |value: &'v Value<'v>| {
            value.as_str().ok_or_else(|| malformed(name, "a string", value.kind()))
        };
        value.map(text).transpose()
    }

    /// Names the members that nothing here reads.
    pub(crate) fn unknown(&self) -> impl Iterator<Item = &'v str> {
        self.members.members().map(|(name, _)| name).filter(|name| !KNOWN.contains(name))
    }
}

/// Reads the payload's text, or says why it can't be read in one way only.
pub(crate) fn read(payload: &CosignPayload) -> Result<Value<'_>, Violation> {
    json::parse(payload.as_json()).map_err(|JsonError { kind, offset }| {
        let code = if kind.is_ambiguous() { Code::Encoding } else { Code::Malformed };
        let found = format_args!("text with an error at byte {offset}: {kind}");
        Violation::new(code, "payload", "JSON that can be read in one way", found)
    })
}

fn malformed(member: &str, expected: &str, found: &str) -> Violation {
    Violation::new(Code::Malformed, member, expected, found)
}
