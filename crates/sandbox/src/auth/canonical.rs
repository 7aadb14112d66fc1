//! Whether a body is in the one form that may be signed.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Says whether a body is empty, or JSON with its keys sorted by code point at each level and
/// without white space. A key that stands twice is not sorted.
pub(super) fn is_canonical(body: &[u8]) -> bool {
    body.is_empty() || (is_dense(body) && serde_json::from_slice::<Sorted>(body).is_ok())
}

/// Says whether there is no white space outside the strings.
fn is_dense(body: &[u8]) -> bool {
    let (mut in_string, mut escaped) = (false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            byte if !in_string && byte.is_ascii_whitespace() => return false,
            _ => {}
        }
    }
    true
}

/// JSON whose keys ascend in each object. Its values are looked at and dropped.
struct Sorted;

struct SortedVisitor;

impl<'de> Deserialize<'de> for Sorted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SortedVisitor)
    }
}

impl<'de> Visitor<'de> for SortedVisitor {
    type Value = Sorted;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON with sorted keys")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Sorted, A::Error> {
        let mut last: Option<String> = None;
        while let Some((key, Sorted)) = members.next_entry::<String, Sorted>()? {
            if last.is_some_and(|last| last >= key) {
                return Err(A::Error::custom("expected ascending keys"));
            }
            last = Some(key);
        }
        Ok(Sorted)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Sorted, A::Error> {
        while items.next_element::<Sorted>()?.is_some() {}
        Ok(Sorted)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Sorted, E> {
        Ok(Sorted)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Sorted, E> {
        Ok(Sorted)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Sorted, E> {
        Ok(Sorted)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Sorted, E> {
        Ok(Sorted)
    }

    fn visit_str<E>(self, _: &str) -> Result<Sorted, E> {
        Ok(Sorted)
    }

    fn visit_unit<E>(self) -> Result<Sorted, E> {
        Ok(Sorted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_sorted_and_dense_json() {
        for body in [
            "",
            "null",
            r#"{"B":1,"a":[{"a":0.10,"b":-1e-3},[],{}],"aa":true,"é":"two words \\\" { "}"#,
            r#"{"a":115792089237316195423570985008687907853269984665640564039457584007913129639935}"#,
        ] {
            assert!(is_canonical(body.as_bytes()), "{body}");
        }
    }

    #[test]
    fn refuses_any_other_form() {
        for body in [
            r#"{"b":1,"a":2}"#,
            r#"{"a":1,"a":2}"#,
            r#"[{"a":{"d":1,"c":2}}]"#,
            r#"{"a":1,"\u0041":2}"#,
            r#"{"a": 1}"#,
            "{}\n",
            "{",
            " ",
            "\u{feff}{}",
        ] {
            assert!(!is_canonical(body.as_bytes()), "{body}");
        }
    }
}
