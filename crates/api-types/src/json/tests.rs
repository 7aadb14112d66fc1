use proptest::prelude::*;

use super::*;

fn kind(text: &str) -> JsonErrorKind {
    parse(text).unwrap_err().kind
}

fn to_serde(value: &Value<'_>) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(truth) => (*truth).into(),
        Value::Number(text) => serde_json::from_str(text).unwrap(),
        Value::String(text) => text.as_ref().into(),
        Value::Array(elements) => elements.iter().map(to_serde).collect(),
        Value::Object(object) => {
            object.members().map(|(name, value)| (name.to_owned(), to_serde(value))).collect()
        }
    }
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        ".*".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 64, 24, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..24).prop_map(Into::into),
            prop::collection::btree_map(".*", inner, 0..24)
                .prop_map(|map| map.into_iter().collect()),
        ]
    })
}

#[test]
fn keeps_the_digits_of_a_number_and_the_text_of_an_object() {
    let text = r#" {"a": {"n" : 115792089237316195423570985008687907853269984665640564039457584007913129639935}} "#;
    let value = parse(text).unwrap();
    let inner = value.as_object().unwrap().get("a").unwrap().as_object().unwrap();
    assert!(inner.raw().starts_with(r#"{"n" : 1157"#) && inner.raw().ends_with('}'));
    assert!(matches!(inner.get("n"), Some(Value::Number(digits)) if digits.len() == 78));
}

#[test]
fn refuses_a_duplicate_key_at_any_level_and_size() {
    assert_eq!(kind(r#"{"a":1,"a":1}"#), JsonErrorKind::DuplicateKey);
    assert_eq!(kind(r#"[{"b":{"a":1,"\u0061":2}}]"#), JsonErrorKind::DuplicateKey);
    let many: Vec<String> = (0..40).map(|n| format!(r#""k{}":0"#, n % 39)).collect();
    assert_eq!(kind(&format!("{{{}}}", many.join(","))), JsonErrorKind::DuplicateKey);
}

#[test]
fn refuses_what_is_not_json() {
    for text in [
        "",
        "{",
        "[1,]",
        r#"{"a":1,}"#,
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "nul",
        "'a'",
        "{a:1}",
        "\"a",
        "\"\\x\"",
        "\"\n\"",
        "NaN",
        "1 2",
    ] {
        assert!(parse(text).is_err(), "{text}");
        assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "{text}");
    }
    assert_eq!(kind(r#""\ud800""#), JsonErrorKind::LoneSurrogate);
    assert_eq!(kind(r#""\ud800\u0041""#), JsonErrorKind::LoneSurrogate);
    assert_eq!(kind(r#""\udc00""#), JsonErrorKind::LoneSurrogate);
    assert_eq!(parse(r#""\ud83d\ude00""#).unwrap().as_str(), Some("😀"));
}

#[test]
fn refuses_deep_nesting_without_running_out_of_stack() {
    assert_eq!(kind(&"[".repeat(1_000_000)), JsonErrorKind::TooDeep);
}

proptest! {
    #[test]
    fn reads_what_serde_json_writes(json in any_json()) {
        let pretty = serde_json::to_string_pretty(&json).unwrap();
        prop_assert_eq!(to_serde(&parse(&pretty).unwrap()), json.clone());
        prop_assert_eq!(to_serde(&parse(&json.to_string()).unwrap()), json);
    }

    #[test]
    fn accepts_no_more_than_serde_json(text in r#"[\[\]{}",:0-9.eE\-truefalsn \\u]{0,24}"#) {
        if let Ok(value) = parse(&text) {
            // serde_json refuses numbers beyond the range of a float; we keep their text.
            if let Ok(theirs) = serde_json::from_str::<serde_json::Value>(&text) {
                prop_assert_eq!(to_serde(&value), theirs);
            }
        }
    }
}
