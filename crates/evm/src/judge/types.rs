use countersign_api_types::json::{Object, Value};
use countersign_approval::{Code, Violation, Violations};

use crate::eip712::WitnessType;
use crate::payload::Sent;

type Members<'a> = Vec<(&'a str, &'a str)>;

const DOMAIN: [(&str, &str); 3] =
    [("name", "string"), ("chainId", "uint256"), ("verifyingContract", "address")];
const TOKEN_PERMISSIONS: [(&str, &str); 2] = [("token", "address"), ("amount", "uint256")];

/// Picks the allowed witness type that the payload uses: the one whose types are exactly those
/// sent, else the one of that name, else the first.
pub(super) fn choose<'a>(
    allowed: &'a [WitnessType<'a>],
    sent: &Sent<'_>,
) -> Option<&'a WitnessType<'a>> {
    let [_, _, ..] = allowed else { return allowed.first() };
    let exact = |types: &&WitnessType<'_>| {
        let mut violations = Violations::new();
        compare(sent.types, types, &mut violations);
        violations.is_empty()
    };
    let name = sent_witness_name(sent);
    let named = |types: &&WitnessType<'_>| types.primary().map(|def| def.name) == name;
    allowed.iter().find(exact).or_else(|| allowed.iter().find(named)).or_else(|| allowed.first())
}

fn sent_witness_name<'v>(sent: &Sent<'v>) -> Option<&'v str> {
    let permit = sent.types?.as_object()?.get("PermitWitnessTransferFrom")?.as_array()?;
    permit.last()?.as_object()?.get("type")?.as_str()
}

/// Requires the types that were sent to be exactly ours. Ours are what is signed.
pub(super) fn compare(
    sent: Option<&Value<'_>>,
    types: &WitnessType<'_>,
    violations: &mut Violations,
) {
    let Some(sent) = sent.and_then(Value::as_object) else {
        let found = super::show(sent);
        violations.push(Violation::new(Code::TypeInjection, "types", "an object of types", found));
        return;
    };
    let expected = expected_types(types);
    for (name, members) in &expected {
        let sent = sent.get(name);
        if !sent.is_some_and(|sent| is_exactly(sent, members)) {
            let found = sent.map_or_else(|| "nothing".to_owned(), shown);
            mismatch(&format!("types.{name}"), &encode(name, members), &found, violations);
        }
    }
    unexpected(sent, &expected, violations);
}

/// Refuses types beyond the expected ones; a domain type may be sent, and then exactly.
fn unexpected(sent: &Object<'_>, expected: &[(&str, Members<'_>)], violations: &mut Violations) {
    for (name, members) in sent.members() {
        if expected.iter().any(|(known, _)| *known == name) {
            continue;
        }
        if name != "EIP712Domain" {
            mismatch("types", "no type that nothing refers to", name, violations);
        } else if !is_exactly(members, &DOMAIN) {
            mismatch("types.EIP712Domain", &encode(name, &DOMAIN), &shown(members), violations);
        }
    }
}

fn expected_types<'a>(types: &'a WitnessType<'a>) -> Vec<(&'a str, Members<'a>)> {
    let witness = types.primary().map_or("", |def| def.name);
    let permit = vec![
        ("permitted", "TokenPermissions"),
        ("spender", "address"),
        ("nonce", "uint256"),
        ("deadline", "uint256"),
        ("witness", witness),
    ];
    let mut expected = vec![
        ("PermitWitnessTransferFrom", permit),
        ("TokenPermissions", TOKEN_PERMISSIONS.to_vec()),
    ];
    for def in types.structs() {
        if def.name != "TokenPermissions" {
            let members = def.members.iter().map(|member| (member.name, member.type_text));
            expected.push((def.name, members.collect()));
        }
    }
    expected
}

fn is_exactly(sent: &Value<'_>, expected: &[(&str, &str)]) -> bool {
    let Some(sent) = sent.as_array() else { return false };
    sent.len() == expected.len()
        && sent.iter().zip(expected).all(|(sent, (name, kind))| {
            let Some(sent) = sent.as_object().filter(|sent| sent.len() == 2) else { return false };
            let is = |key: &str, text: &str| sent.get(key).and_then(Value::as_str) == Some(text);
            is("name", name) && is("type", kind)
        })
}

fn encode(name: &str, members: &[(&str, &str)]) -> String {
    let members: Vec<String> =
        members.iter().map(|(name, kind)| format!("{kind} {name}")).collect();
    format!("{name}({})", members.join(","))
}

fn shown(sent: &Value<'_>) -> String {
    let Some(members) = sent.as_array() else { return sent.kind().to_owned() };
    let text = |member: &Value<'_>, key| {
        let text = member.as_object().and_then(|member| member.get(key)).and_then(Value::as_str);
        text.unwrap_or("?").to_owned()
    };
    let shown: Vec<String> = members
        .iter()
        .map(|member| format!("{} {}", text(member, "type"), text(member, "name")))
        .collect();
    format!("({})", shown.join(","))
}

fn mismatch(path: &str, expected: &str, found: &str, violations: &mut Violations) {
    violations.push(Violation::new(Code::TypeInjection, path, expected, found));
}
