use std::borrow::Cow;

/// Up to this many digits every integer is exact in an ECMAScript number.
const EXACT_DIGITS: usize = 15;
/// Where ECMAScript begins to write an exponent.
const EXPONENT_BELOW: f64 = 1e-6;
const EXPONENT_FROM: f64 = 1e21;

/// Writes a JSON number as ECMAScript does, which is how it was signed; `None` for one that is
/// negative or that ECMAScript would write with an exponent.
pub(crate) fn canonical(text: &str) -> Option<Cow<'_, str>> {
    if text.len() <= EXACT_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Cow::Borrowed(text));
    }
    let value: f64 = text.parse().ok()?;
    if value == 0.0 {
        return Some(Cow::Borrowed("0"));
    }
    // Both languages write the shortest digits that read back as the same number.
    let is_plain = (EXPONENT_BELOW..EXPONENT_FROM).contains(&value);
    is_plain.then(|| Cow::Owned(value.to_string()))
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn writes_what_ecmascript_writes() {
        for (text, written) in [
            ("0", "0"),
            ("-0", "0"),
            ("0.0", "0"),
            ("100", "100"),
            ("100.0", "100"),
            ("1e2", "100"),
            ("0.5", "0.5"),
            ("12.340", "12.34"),
            ("0.000001", "0.000001"),
            ("9007199254740993", "9007199254740992"),
            ("123456789012345678901", "123456789012345680000"),
        ] {
            assert_eq!(canonical(text).as_deref(), Some(written), "{text}");
        }
        for text in ["-1", "1e21", "1e-7", "1e400", "-0.5"] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }
}
