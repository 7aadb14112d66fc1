use countersign_api_types::json::{JsonError, Object, Value, parse};

/// Returns a JSON text with its keys sorted at each level and no white space.
///
/// Numbers keep their text, strings are escaped no more than they have to be, and keys are sorted
/// by their characters' code points.
pub(super) fn json(text: &str) -> Result<String, JsonError> {
    let mut canonical = String::with_capacity(text.len());
    write(&parse(text)?, &mut canonical);
    Ok(canonical)
}

fn write(value: &Value<'_>, to: &mut String) {
    match value {
        Value::Null => to.push_str("null"),
        Value::Bool(truth) => to.push_str(if *truth { "true" } else { "false" }),
        Value::Number(digits) => to.push_str(digits),
        Value::String(text) => to.push_str(&quote(text)),
        Value::Array(elements) => write_array(elements, to),
        Value::Object(object) => write_object(object, to),
    }
}

fn write_array(elements: &[Value<'_>], to: &mut String) {
    let mut before = '[';
    for element in elements {
        to.push(before);
        write(element, to);
        before = ',';
    }
    to.push_str(if elements.is_empty() { "[]" } else { "]" });
}

fn write_object(object: &Object<'_>, to: &mut String) {
    let mut members: Vec<_> = object.members().collect();
    members.sort_unstable_by_key(|(key, _)| *key);
    let mut before = '{';
    for (key, value) in members {
        to.push(before);
        to.push_str(&quote(key));
        to.push(':');
        write(value, to);
        before = ',';
    }
    to.push_str(if object.is_empty() { "{}" } else { "}" });
}

fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_at_each_level_and_keeps_each_number() {
        let text = r#" { "b" : [ { "z" : 1e-3 , "a" : 0.0010 } , -0 , [] ] , "a\u0061" : {},
            "B" : "\u00e9\/\n\u0001\"" , "a" : 115792089237316195423570985008687907853269984665640564039457584007913129639935,
            "é": null, "c": true } "#;
        let canonical = r#"{"B":"é/\n\u0001\"","a":115792089237316195423570985008687907853269984665640564039457584007913129639935,"aa":{},"b":[{"a":0.0010,"z":1e-3},-0,[]],"c":true,"é":null}"#;
        assert_eq!(json(text).as_deref(), Ok(canonical));
        assert_eq!(json(canonical).as_deref(), Ok(canonical));
    }

    #[test]
    fn has_no_form_for_what_can_be_read_in_two_ways() {
        for text in [r#"{"a":1,"a":2}"#, "{", "", "01"] {
            assert!(json(text).is_err(), "{text}");
        }
        assert_eq!(json(" null ").as_deref(), Ok("null"));
    }
}
