use std::fmt;

use countersign_api_types::json::{self, JsonError, Object, Value};
use countersign_approval::{Code, Violation};

/// A PSBT payload as it was sent. Nothing about it has been checked.
///
/// One JSON object: `psbt` in base64 and `inputs`, the indices to sign, either flat or inside
/// `params_to_sign`. `approval_type`, `secret_hash`, `deadline_at`, `witness_script`,
/// `x_only_public_key`, `refund_control_block` and `fast_refund_control_block` may stand beside
/// them, on either level, and each that is there is compared. Other members are ignored.
#[derive(Clone)]
pub struct PsbtPayload(Box<str>);

impl PsbtPayload {
    /// Takes the JSON text of a payload, unread.
    pub fn new(json: impl Into<Box<str>>) -> Self {
        Self(json.into())
    }

    /// Returns the JSON text.
    pub fn as_json(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PsbtPayload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PsbtPayload({} bytes)", self.0.len())
    }
}

/// The members of a payload, sorted by what they mean; `null` is the same as absent.
pub(crate) struct Sent<'v> {
    pub(crate) psbt: &'v str,
    pub(crate) inputs: &'v [Value<'v>],
    levels: [Option<&'v Object<'v>>; 2],
}

impl<'v> Sent<'v> {
    /// Sorts the members of a payload, or says why it is none.
    pub(crate) fn new(payload: &'v Value<'v>) -> Result<Self, Violation> {
        let payload = object(payload, "payload")?;
        let params = match (get(payload, "params_to_sign"), get(payload, "params")) {
            (Some(_), Some(_)) => return Err(malformed("params_to_sign", "it once", "two of it")),
            (params, None) | (None, params) => params,
        };
        let params = params.map(|params| object(params, "params_to_sign")).transpose()?;
        let levels = [Some(payload), params];
        let psbt = one(levels, "psbt")?;
        let psbt = psbt.as_str().ok_or_else(|| malformed("psbt", "a string", psbt.kind()))?;
        let inputs = one(levels, "inputs")?;
        let inputs =
            inputs.as_array().ok_or_else(|| malformed("inputs", "an array", inputs.kind()))?;
        Ok(Self { psbt, inputs, levels })
    }

    /// Returns a member on every level where it stands.
    pub(crate) fn everywhere(&self, name: &'v str) -> impl Iterator<Item = &'v Value<'v>> {
        self.levels.into_iter().flatten().filter_map(move |level| get(level, name))
    }
}

/// Reads the payload's text, or says why it can't be read in one way only.
pub(crate) fn read(payload: &PsbtPayload) -> Result<Value<'_>, Violation> {
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

/// Takes a member that must stand on one level, and not on both.
fn one<'v>(
    [payload, params]: [Option<&'v Object<'v>>; 2],
    name: &'static str,
) -> Result<&'v Value<'v>, Violation> {
    let inside = params.and_then(|params| get(params, name));
    match (payload.and_then(|payload| get(payload, name)), inside) {
        (Some(value), None) | (None, Some(value)) => Ok(value),
        (Some(_), Some(_)) => Err(malformed(name, "it once", "two of it")),
        (None, None) => Err(malformed(name, "it", "nothing")),
    }
}

fn object<'v>(value: &'v Value<'v>, name: &str) -> Result<&'v Object<'v>, Violation> {
    value.as_object().ok_or_else(|| malformed(name, "an object", value.kind()))
}

fn malformed(member: &str, expected: impl fmt::Display, found: impl fmt::Display) -> Violation {
    Violation::new(Code::Malformed, member, expected, found)
}
