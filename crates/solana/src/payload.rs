use std::fmt;
use std::sync::Arc;

use countersign_api_types::json::{self, JsonError, Object, Value};
use countersign_approval::{Code, Violation};

/// The members that are compared with the terms or with each other, and those of the answer around
/// them that say nothing about a transaction.
const KNOWN: [&str; 12] = [
    "transaction",
    "transaction_hex",
    "transaction_base64",
    "recent_blockhash",
    "resolver_deposit_address",
    "params_to_sign",
    "params",
    "approval_type",
    "approval_mechanism",
    "approve_to",
    "deadline_at",
    "secret_hash",
];

/// A transaction to co-sign as it was sent. Nothing about it has been checked.
///
/// One JSON object: `transaction` in hex or base64, or `transaction_hex` and `transaction_base64`,
/// of which each that is there is read, either flat or inside `params_to_sign`. `approval_type`,
/// `approve_to`, `deadline_at`, `recent_blockhash`, `resolver_deposit_address` and `nonce` may stand
/// beside them, on either level, and are compared. Other members are ignored, and named in the
/// statement.
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

/// The members of a payload; `null` is the same as absent.
#[derive(Clone, Copy)]
pub(crate) struct Sent<'v> {
    levels: [Option<&'v Object<'v>>; 2],
}

impl<'v> Sent<'v> {
    /// Takes a payload that is an object, and what is to be signed inside it.
    pub(crate) fn new(payload: &'v Value<'v>) -> Result<Self, Violation> {
        let payload = object(payload, "payload")?;
        let params = match (get(payload, "params_to_sign"), get(payload, "params")) {
            (Some(_), Some(_)) => return Err(malformed("params_to_sign", "it once", "two of it")),
            (params, None) | (None, params) => params,
        };
        let params = params.map(|params| object(params, "params_to_sign")).transpose()?;
        Ok(Self { levels: [Some(payload), params] })
    }

    /// Returns a member that is a string, and that stands on one level at most.
    pub(crate) fn text(&self, name: &'v str) -> Result<Option<&'v str>, Violation> {
        let mut values = self.everywhere(name);
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(malformed(name, "it once", "two of it")),
            (Some(value), None) => {
                let text = value.as_str();
                text.map(Some).ok_or_else(|| malformed(name, "a string", value.kind()))
            }
            (None, None) => Ok(None),
        }
    }

    /// Returns a member on every level where it stands.
    pub(crate) fn everywhere(&self, name: &'v str) -> impl Iterator<Item = &'v Value<'v>> {
        self.levels.into_iter().flatten().filter_map(move |level| get(level, name))
    }

    /// Names the members that nothing here reads.
    pub(crate) fn unknown(&self) -> impl Iterator<Item = &'v str> {
        let names = self.levels.into_iter().flatten().flat_map(Object::members);
        names.map(|(name, _)| name).filter(|name| !KNOWN.contains(name))
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

/// Writes a value for a violation.
pub(crate) fn describe(value: &Value<'_>) -> String {
    match value {
        Value::String(text) => text.to_string(),
        Value::Number(text) => (*text).to_owned(),
        Value::Bool(value) => value.to_string(),
        other => other.kind().to_owned(),
    }
}

fn get<'v>(object: &'v Object<'v>, name: &str) -> Option<&'v Value<'v>> {
    object.get(name).filter(|value| !value.is_null())
}

fn object<'v>(value: &'v Value<'v>, name: &str) -> Result<&'v Object<'v>, Violation> {
    value.as_object().ok_or_else(|| malformed(name, "an object", value.kind()))
}

fn malformed(member: &str, expected: &str, found: &str) -> Violation {
    Violation::new(Code::Malformed, member, expected, found)
}
