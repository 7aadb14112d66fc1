use countersign_api_types::json;
use countersign_approval::{Code, Violation, Violations};

use super::{Kind, Path, Reading, StructDef, Value, WitnessType, decode_scalar};

/// How many elements an array may have: a statement of more would not be read by anybody.
const MAX_ELEMENTS: usize = 4_096;

/// Decodes a struct: exactly the members of its type, each by its own type.
///
/// Everything that is wrong is added to `violations`; there is a value only if nothing is.
pub(crate) fn decode_struct(
    types: &WitnessType<'_>,
    place: usize,
    value: &json::Value<'_>,
    reading: Reading,
    (path, violations): (&Path<'_>, &mut Violations),
) -> Option<Value> {
    let def = types.get(place)?;
    let Some(object) = value.as_object() else {
        let expected = format!("an object of type {}", def.name);
        violations.push(Violation::new(Code::Message, path, expected, value.kind()));
        return None;
    };
    require_members(def, object, path, violations);
    let mut members = Vec::with_capacity(def.members.len());
    for member in &def.members {
        if let Some(value) = object.get(member.name) {
            let path = Path::Member(path, member.name);
            members.extend(decode(types, &member.kind, value, reading, (&path, &mut *violations)));
        }
    }
    (members.len() == def.members.len()).then_some(Value::Struct(place, members))
}

fn decode(
    types: &WitnessType<'_>,
    kind: &Kind,
    value: &json::Value<'_>,
    reading: Reading,
    (path, violations): (&Path<'_>, &mut Violations),
) -> Option<Value> {
    match kind {
        Kind::Struct(place) => decode_struct(types, *place, value, reading, (path, violations)),
        Kind::Array(element, length) => {
            let elements = value.as_array().filter(|elements| {
                elements.len() <= MAX_ELEMENTS
                    && length.is_none_or(|length| length == elements.len())
            });
            let Some(elements) = elements else {
                let found = value.as_array().map(|elements| format!("{} elements", elements.len()));
                let found = found.unwrap_or_else(|| describe(value));
                violations.push(Violation::new(Code::Encoding, path, kind, found));
                return None;
            };
            let decoded: Vec<Value> = elements
                .iter()
                .enumerate()
                .filter_map(|(place, value)| {
                    let path = Path::Element(path, place);
                    decode(types, element, value, reading, (&path, &mut *violations))
                })
                .collect();
            (decoded.len() == elements.len()).then_some(Value::Array(decoded))
        }
        scalar => decode_scalar(scalar, value, reading)
            .map_err(|expected| {
                violations.push(Violation::new(Code::Encoding, path, expected, describe(value)));
            })
            .ok(),
    }
}

fn require_members(
    def: &StructDef<'_>,
    object: &json::Object<'_>,
    path: &Path<'_>,
    violations: &mut Violations,
) {
    for member in &def.members {
        if object.get(member.name).is_none() {
            let path = Path::Member(path, member.name);
            violations.push(Violation::new(Code::Message, path, "a value", "nothing"));
        }
    }
    if object.len() == def.members.len() {
        return;
    }
    for (name, _) in object.members() {
        if def.members.iter().all(|member| member.name != name) {
            let expected = format!("only the members of {}", def.text);
            violations.push(Violation::new(Code::Message, path, expected, name));
        }
    }
}

/// Shows a value in a message.
pub(crate) fn describe(value: &json::Value<'_>) -> String {
    match value {
        json::Value::String(text) => format!("{text:?}"),
        json::Value::Number(text) => (*text).to_owned(),
        json::Value::Bool(truth) => truth.to_string(),
        other => other.kind().to_owned(),
    }
}
