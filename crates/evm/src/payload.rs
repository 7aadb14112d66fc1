use std::fmt;

use countersign_api_types::json::{self, JsonError, Object, Value};
use countersign_approval::{Code, Violation};

use crate::eip712::Source;

/// A Permit2 payload as it was sent. Nothing about it has been checked.
///
/// One JSON object, in one of two forms:
/// - as the API sends it: `approval_type`, `params_to_sign` with `additional_data`, `deadline_at`
///   (Unix seconds) and `secret_hash`; token and amount then come from the terms;
/// - as a wallet is handed it: `typed_data`, an `eth_signTypedData_v4` object, beside or inside
///   `params` with the flat members, `witness_type_string` and `witness_hash`.
///
/// Members that neither form knows are ignored, except inside typed data.
#[derive(Clone)]
pub struct PermitPayload(Box<str>);

impl PermitPayload {
    /// Takes the JSON text of a payload, unread.
    pub fn new(json: impl Into<Box<str>>) -> Self {
        Self(json.into())
    }

    /// Returns the JSON text.
    pub fn as_json(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PermitPayload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PermitPayload({} bytes)", self.0.len())
    }
}

/// The members of a payload, sorted by what they mean; `null` is the same as absent.
pub(crate) struct Sent<'v> {
    pub(crate) source: Source,
    pub(crate) approval_type: Option<&'v Value<'v>>,
    pub(crate) primary_type: Option<&'v Value<'v>>,
    pub(crate) escrow: Option<&'v Value<'v>>,
    pub(crate) permit2: Option<&'v Value<'v>>,
    pub(crate) resolver: Option<&'v Value<'v>>,
    pub(crate) nonce: Option<&'v Value<'v>>,
    pub(crate) deadline: Option<&'v Value<'v>>,
    pub(crate) domain: Option<&'v Value<'v>>,
    pub(crate) types: Option<&'v Value<'v>>,
    pub(crate) message: Option<&'v Value<'v>>,
    pub(crate) witness: Option<&'v Value<'v>>,
    pub(crate) witness_type_strings: Vec<&'v Value<'v>>,
    pub(crate) witness_hashes: Vec<&'v Value<'v>>,
    pub(crate) secret_hashes: Vec<&'v Value<'v>>,
}

impl<'v> Sent<'v> {
    /// Sorts the members of a payload, or says why it is of neither form.
    pub(crate) fn new(payload: &'v Value<'v>) -> Result<Self, Violation> {
        let payload =
            payload.as_object().ok_or_else(|| malformed("payload", "an object", payload.kind()))?;
        let params = either(payload, "params_to_sign", payload, "params")?;
        let params = params.map(|params| object(params, "params_to_sign")).transpose()?;
        let empty = payload;
        let additional = params.and_then(|params| get(params, "additional_data"));
        let typed_data = either(payload, "typed_data", params.unwrap_or(empty), "typed_data")?;
        match (additional, typed_data) {
            (Some(additional), None) => Ok(Self::api(
                payload,
                params.unwrap_or(empty),
                object(additional, "additional_data")?,
            )),
            (None, Some(typed_data)) => {
                Self::typed(payload, params, object(typed_data, "typed_data")?)
            }
            (Some(_), Some(_)) => {
                Err(malformed("payload", "additional_data or typed_data", "both"))
            }
            (None, None) => Err(malformed("payload", "additional_data or typed_data", "neither")),
        }
    }

    fn api(payload: &'v Object<'v>, params: &'v Object<'v>, additional: &'v Object<'v>) -> Self {
        Self {
            source: Source::Api,
            primary_type: get(additional, "primaryType"),
            domain: get(additional, "domain"),
            types: get(additional, "types"),
            message: None,
            witness: get(additional, "witness"),
            ..Self::common(payload, Some(params), Some(additional))
        }
    }

    fn typed(
        payload: &'v Object<'v>,
        params: Option<&'v Object<'v>>,
        typed_data: &'v Object<'v>,
    ) -> Result<Self, Violation> {
        const MEMBERS: [&str; 4] = ["domain", "types", "primaryType", "message"];
        if let Some((name, _)) = typed_data.members().find(|(name, _)| !MEMBERS.contains(name)) {
            return Err(malformed("typed_data", "domain, types, primaryType and message", name));
        }
        let message = get(typed_data, "message");
        Ok(Self {
            source: Source::TypedData,
            primary_type: get(typed_data, "primaryType"),
            domain: get(typed_data, "domain"),
            types: get(typed_data, "types"),
            message,
            witness: message.and_then(Value::as_object).and_then(|message| get(message, "witness")),
            ..Self::common(payload, params, None)
        })
    }

    fn common(
        payload: &'v Object<'v>,
        params: Option<&'v Object<'v>>,
        additional: Option<&'v Object<'v>>,
    ) -> Self {
        let flat = |name| params.and_then(|params| get(params, name));
        let everywhere = |name| {
            [Some(payload), params, additional]
                .into_iter()
                .flatten()
                .filter_map(|object| get(object, name))
                .collect()
        };
        let mut secret_hashes: Vec<_> = everywhere("secret_hash");
        secret_hashes.extend(additional.and_then(|additional| get(additional, "secretHash")));
        Self {
            source: Source::Api,
            approval_type: get(payload, "approval_type"),
            primary_type: None,
            escrow: flat("escrow_contract_address"),
            permit2: flat("permit2_contract_address"),
            resolver: flat("resolver_deposit_address"),
            nonce: flat("nonce"),
            deadline: get(payload, "deadline_at"),
            domain: None,
            types: None,
            message: None,
            witness: None,
            witness_type_strings: everywhere("witness_type_string"),
            witness_hashes: everywhere("witness_hash"),
            secret_hashes,
        }
    }
}

/// Reads the payload's text, or says why it can't be read in one way only.
pub(crate) fn read(payload: &PermitPayload) -> Result<Value<'_>, Violation> {
    json::parse(payload.as_json()).map_err(|JsonError { kind, offset }| {
        let code = if kind.is_ambiguous() { Code::Encoding } else { Code::Malformed };
        Violation::new(code, "payload", kind, format!("something else at byte {offset}"))
    })
}

fn get<'v>(object: &'v Object<'v>, name: &str) -> Option<&'v Value<'v>> {
    object.get(name).filter(|value| !value.is_null())
}

/// Takes a member that may stand in one of two places, and not in both.
fn either<'v>(
    first: &'v Object<'v>,
    name: &'static str,
    second: &'v Object<'v>,
    other: &'static str,
) -> Result<Option<&'v Value<'v>>, Violation> {
    let same = std::ptr::eq(first, second) && name == other;
    match (get(first, name), get(second, other).filter(|_| !same)) {
        (Some(_), Some(_)) => Err(malformed("payload", format!("{name} once"), "two of it")),
        (found, None) | (None, found) => Ok(found),
    }
}

fn object<'v>(value: &'v Value<'v>, name: &str) -> Result<&'v Object<'v>, Violation> {
    value.as_object().ok_or_else(|| malformed(name, "an object", value.kind()))
}

fn malformed(member: &str, expected: impl fmt::Display, found: impl fmt::Display) -> Violation {
    Violation::new(Code::Malformed, member, expected, found)
}
