use std::fmt;

use countersign_api_types::json::{self, JsonError, Object, Value};
use countersign_approval::{Code, Violation};

/// What an API generated to be signed. Nothing about it has been checked.
///
/// The JSON text of the whole answer, or of its member `intent` alone.
#[derive(Clone)]
pub struct IntentPayload(Box<str>);

impl IntentPayload {
    /// Takes the JSON text, unread.
    pub fn new(json: impl Into<Box<str>>) -> Self {
        Self(json.into())
    }

    /// Returns the JSON text.
    pub fn as_json(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for IntentPayload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "IntentPayload({} bytes)", self.0.len())
    }
}

/// The parts of a payload.
#[derive(Debug)]
pub(crate) struct Sent<'v> {
    pub(crate) standard: &'v str,
    pub(crate) signed: Signed<'v>,
    /// The payload as it is submitted.
    pub(crate) payload: &'v Value<'v>,
}

/// What a signature covers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Signed<'v> {
    /// One text.
    Text(&'v str),
    /// The members of NEP-413.
    Nep413(Nep413<'v>),
}

/// The members of a NEP-413 payload; there is never a callback.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Nep413<'v> {
    pub(crate) message: &'v str,
    pub(crate) nonce: &'v str,
    pub(crate) recipient: &'v str,
}

/// Reads a text, or says why it can't be read in one way only.
pub(crate) fn parse<'t>(json: &'t str, member: &str) -> Result<Value<'t>, Violation> {
    json::parse(json).map_err(|JsonError { kind, offset }| {
        let code = if kind.is_ambiguous() { Code::Encoding } else { Code::Malformed };
        let found = format_args!("text with an error at byte {offset}: {kind}");
        Violation::new(code, member, "JSON that can be read in one way", found)
    })
}

impl<'v> Sent<'v> {
    /// Takes the payload apart; every member of it must be known.
    pub(crate) fn read(value: &'v Value<'v>) -> Result<Self, Violation> {
        let outer = object(value, "payload")?;
        let intent = match outer.get("intent") {
            Some(intent) => {
                refuse_second(outer)?;
                object(intent, "intent")?
            }
            None => outer,
        };
        only(intent, "intent", &["standard", "payload"])?;
        let standard = text(intent, "intent", "standard")?;
        let payload = required(intent, "intent", "payload")?;
        let signed = match payload {
            Value::String(text) => Signed::Text(text),
            Value::Object(object) => Signed::Nep413(Nep413::read(object)?),
            other => {
                return Err(malformed("intent.payload", "a string or an object", other.kind()));
            }
        };
        Ok(Self { standard, signed, payload })
    }
}

/// Refuses an answer that another reader could take for another intent.
fn refuse_second(outer: &Object<'_>) -> Result<(), Violation> {
    match ["standard", "payload"].into_iter().find(|name| outer.get(name).is_some()) {
        Some(name) => Err(malformed("payload", "one intent", name)),
        None => Ok(()),
    }
}

impl<'v> Nep413<'v> {
    fn read(payload: &'v Object<'v>) -> Result<Self, Violation> {
        const MEMBER: &str = "intent.payload";
        if let Some(callback) = payload.get("callbackUrl").filter(|callback| !callback.is_null()) {
            let member = "intent.payload.callbackUrl";
            return Err(Violation::new(Code::IntentKind, member, "no callback", callback));
        }
        only(payload, MEMBER, &["message", "nonce", "recipient", "callbackUrl"])?;
        let [message, nonce, recipient] =
            ["message", "nonce", "recipient"].map(|name| text(payload, MEMBER, name));
        Ok(Self { message: message?, nonce: nonce?, recipient: recipient? })
    }
}

/// Refuses members that are not named.
pub(crate) fn only(object: &Object<'_>, at: &str, known: &[&str]) -> Result<(), Violation> {
    match object.members().find(|(name, _)| !known.contains(name)) {
        Some((name, _)) => {
            Err(malformed(at, format_args!("no member but {}", known.join(", ")), name))
        }
        None => Ok(()),
    }
}

pub(crate) fn object<'v>(value: &'v Value<'v>, at: &str) -> Result<&'v Object<'v>, Violation> {
    value.as_object().ok_or_else(|| malformed(at, "an object", value.kind()))
}

pub(crate) fn required<'v>(
    object: &'v Object<'v>,
    at: &str,
    name: &str,
) -> Result<&'v Value<'v>, Violation> {
    object.get(name).ok_or_else(|| malformed(format_args!("{at}.{name}"), "a value", "nothing"))
}

pub(crate) fn text<'v>(object: &'v Object<'v>, at: &str, name: &str) -> Result<&'v str, Violation> {
    let value = required(object, at, name)?;
    let member = format_args!("{at}.{name}");
    value.as_str().ok_or_else(|| malformed(member, "a string", value.kind()))
}

pub(crate) fn malformed(
    member: impl fmt::Display,
    expected: impl fmt::Display,
    found: impl fmt::Display,
) -> Violation {
    Violation::new(Code::Malformed, member, expected, found)
}
