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
///
/// A member that the API sends beside the typed data may stand on any level, and on several: all
/// that are there are compared.
pub(crate) struct Sent<'v> {
    pub(crate) source: Source,
    pub(crate) approval_type: Everywhere<'v>,
    pub(crate) approve_to: Everywhere<'v>,
    pub(crate) escrow: Everywhere<'v>,
    pub(crate) spender: Everywhere<'v>,
    pub(crate) permit2: Everywhere<'v>,
    pub(crate) resolver: Everywhere<'v>,
    pub(crate) nonce: Everywhere<'v>,
    pub(crate) deadline: Everywhere<'v>,
    pub(crate) witness_type_string: Everywhere<'v>,
    pub(crate) witness_hash: Everywhere<'v>,
    /// What is to be signed as the counterparty computed it, by each name that it may have.
    pub(crate) digests: Vec<(&'v str, &'v Value<'v>)>,
    pub(crate) domain_separators: Vec<(&'v str, &'v Value<'v>)>,
    pub(crate) secret_hash: Everywhere<'v>,
    pub(crate) secret_hash_in_data: Option<&'v Value<'v>>,
    pub(crate) primary_type: Option<&'v Value<'v>>,
    pub(crate) domain: Option<&'v Value<'v>>,
    pub(crate) types: Option<&'v Value<'v>>,
    pub(crate) message: Option<&'v Value<'v>>,
    pub(crate) witness: Option<&'v Value<'v>>,
}

/// Says whether a name is one that what is to be signed goes by, where it is sent hashed already.
fn is_digest(name: &str) -> bool {
    matches!(
        name,
        "digest"
            | "digest_to_sign"
            | "hash"
            | "signing_hash"
            | "signingHash"
            | "sign_hash"
            | "signHash"
            | "message_hash"
            | "messageHash"
            | "data_hash"
            | "dataHash"
            | "typed_data_hash"
            | "typedDataHash"
            | "eip712_hash"
            | "eip712Hash"
            | "permit_hash"
            | "permitHash"
    )
}

fn is_domain_separator(name: &str) -> bool {
    matches!(name, "domain_separator" | "domainSeparator")
}

/// A member on every level where it may stand: the payload, its params, and their data.
#[derive(Clone, Copy)]
pub(crate) struct Everywhere<'v>([Option<&'v Value<'v>>; 3]);

impl<'v> Everywhere<'v> {
    pub(crate) fn iter(self) -> impl Iterator<Item = &'v Value<'v>> {
        self.0.into_iter().flatten()
    }

    pub(crate) fn is_absent(self) -> bool {
        self.iter().next().is_none()
    }
}

/// The objects that a payload consists of.
struct Levels<'v> {
    payload: &'v Object<'v>,
    params: Option<&'v Object<'v>>,
    additional: Option<&'v Object<'v>>,
}

impl<'v> Sent<'v> {
    /// Sorts the members of a payload, or says why it is of neither form.
    pub(crate) fn new(payload: &'v Value<'v>) -> Result<Self, Violation> {
        let payload =
            payload.as_object().ok_or_else(|| malformed("payload", "an object", payload.kind()))?;
        let params = one_of(get(payload, "params_to_sign"), get(payload, "params"), "params")?;
        let params = params.map(|params| object(params, "params_to_sign")).transpose()?;
        let inside = |name| params.and_then(|params| get(params, name));
        let typed_data = one_of(get(payload, "typed_data"), inside("typed_data"), "typed_data")?;
        let additional = inside("additional_data");
        let additional = additional.map(|data| object(data, "additional_data")).transpose()?;
        let levels = Levels { payload, params, additional };
        levels.refuse_strays()?;
        match (additional, typed_data) {
            (Some(additional), None) => Ok(Self::api(&levels, additional)),
            (None, Some(typed_data)) => Self::typed(&levels, object(typed_data, "typed_data")?),
            (Some(_), Some(_)) => {
                Err(malformed("payload", "additional_data or typed_data", "both"))
            }
            (None, None) => Err(malformed("payload", "additional_data or typed_data", "neither")),
        }
    }

    fn api(levels: &Levels<'v>, additional: &'v Object<'v>) -> Self {
        Self {
            secret_hash_in_data: get(additional, "secretHash"),
            primary_type: get(additional, "primaryType"),
            domain: get(additional, "domain"),
            types: get(additional, "types"),
            witness: get(additional, "witness"),
            ..Self::beside(levels, Source::Api)
        }
    }

    fn typed(levels: &Levels<'v>, typed_data: &'v Object<'v>) -> Result<Self, Violation> {
        const MEMBERS: [&str; 4] = ["domain", "types", "primaryType", "message"];
        if let Some((name, _)) = typed_data.members().find(|(name, _)| !MEMBERS.contains(name)) {
            return Err(malformed("typed_data", "domain, types, primaryType and message", name));
        }
        let message = get(typed_data, "message");
        Ok(Self {
            primary_type: get(typed_data, "primaryType"),
            domain: get(typed_data, "domain"),
            types: get(typed_data, "types"),
            message,
            witness: message.and_then(Value::as_object).and_then(|message| get(message, "witness")),
            ..Self::beside(levels, Source::TypedData)
        })
    }

    /// Collects what stands beside the data that is signed.
    fn beside(levels: &Levels<'v>, source: Source) -> Self {
        Self {
            source,
            approval_type: levels.everywhere("approval_type"),
            approve_to: levels.everywhere("approve_to"),
            escrow: levels.everywhere("escrow_contract_address"),
            spender: levels.everywhere("spender"),
            permit2: levels.everywhere("permit2_contract_address"),
            resolver: levels.everywhere("resolver_deposit_address"),
            nonce: levels.everywhere("nonce"),
            deadline: levels.everywhere("deadline_at"),
            witness_type_string: levels.everywhere("witness_type_string"),
            witness_hash: levels.everywhere("witness_hash"),
            digests: levels.named(is_digest),
            domain_separators: levels.named(is_domain_separator),
            secret_hash: levels.everywhere("secret_hash"),
            secret_hash_in_data: None,
            primary_type: None,
            domain: None,
            types: None,
            message: None,
            witness: None,
        }
    }
}

impl<'v> Levels<'v> {
    fn everywhere(&self, name: &str) -> Everywhere<'v> {
        let on = |object: Option<&'v Object<'v>>| object.and_then(|object| get(object, name));
        Everywhere([on(Some(self.payload)), on(self.params), on(self.additional)])
    }

    /// Collects the members that go by some names, from every level.
    fn named(&self, is_one: fn(&str) -> bool) -> Vec<(&'v str, &'v Value<'v>)> {
        let levels = [Some(self.payload), self.params, self.additional].into_iter().flatten();
        let members = levels.flat_map(Object::members);
        members.filter(|(name, value)| is_one(name) && !value.is_null()).collect()
    }

    /// Refuses what looks like typed data where none may stand: it would say something that is
    /// neither signed nor compared. A member that merely shares the name is ignored.
    fn refuse_strays(&self) -> Result<(), Violation> {
        const PARTS: [&str; 7] =
            ["domain", "types", "message", "witness", "additional_data", "permitted", "values"];
        const INSIDE: [&str; 6] =
            ["message", "typed_data", "additional_data", "params_to_sign", "permitted", "values"];
        let above = PARTS.map(|name| (Some(self.payload), name));
        let beside = PARTS.map(|name| (self.params.filter(|_| name != "additional_data"), name));
        let inside = INSIDE.map(|name| (self.additional, name));
        let stray = above.into_iter().chain(beside).chain(inside).find(|(object, name)| {
            let value = object.and_then(|object| get(object, name));
            value.is_some_and(|value| value.as_object().is_some())
        });
        let named = [Some(self.payload), self.params].into_iter().flatten();
        let named = named
            .filter_map(|object| get(object, "primaryType"))
            .find(|value| value.as_str().is_some());
        match stray.map(|(_, name)| name).or(named.map(|_| "primaryType")) {
            Some(name) => Err(malformed("payload", "typed data in one place", name)),
            None => Ok(()),
        }
    }
}

/// Reads the payload's text, or says why it can't be read in one way only.
pub(crate) fn read(payload: &PermitPayload) -> Result<Value<'_>, Violation> {
    json::parse(payload.as_json()).map_err(|JsonError { kind, offset }| {
        let code = if kind.is_ambiguous() { Code::Encoding } else { Code::Malformed };
        let found = format_args!("text with an error at byte {offset}: {kind}");
        Violation::new(code, "payload", "JSON that can be read in one way", found)
    })
}

fn get<'v>(object: &'v Object<'v>, name: &str) -> Option<&'v Value<'v>> {
    object.get(name).filter(|value| !value.is_null())
}

/// Takes a member that may stand in one of two places, and not in both.
fn one_of<'v>(
    first: Option<&'v Value<'v>>,
    second: Option<&'v Value<'v>>,
    name: &str,
) -> Result<Option<&'v Value<'v>>, Violation> {
    match (first, second) {
        (Some(_), Some(_)) => Err(malformed("payload", format_args!("{name} once"), "two of it")),
        (found, None) | (None, found) => Ok(found),
    }
}

fn object<'v>(value: &'v Value<'v>, name: &str) -> Result<&'v Object<'v>, Violation> {
    value.as_object().ok_or_else(|| malformed(name, "an object", value.kind()))
}

fn malformed(member: &str, expected: impl fmt::Display, found: impl fmt::Display) -> Violation {
    Violation::new(Code::Malformed, member, expected, found)
}
