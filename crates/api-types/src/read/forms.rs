//! How single values are read: each form names what it expects.

use countersign_units::{Bps, Lots, UnixMillis, UnixSeconds};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::ReadError;
use crate::RawObject;
use crate::json::Value;

/// A way to read one value.
pub(crate) struct Form<T> {
    expected: &'static str,
    read: fn(&Value<'_>) -> Option<T>,
}

impl<T> Form<T> {
    pub(crate) const fn new(expected: &'static str, read: fn(&Value<'_>) -> Option<T>) -> Self {
        Self { expected, read }
    }

    pub(crate) const fn expected(&self) -> &'static str {
        self.expected
    }

    pub(crate) fn read(&self, path: &str, value: &Value<'_>) -> Result<T, ReadError> {
        (self.read)(value).ok_or_else(|| ReadError::member(path, self.expected, Some(value)))
    }
}

/// Any string.
pub(crate) const TEXT: Form<String> =
    Form::new("a string", |value| value.as_str().map(str::to_owned));

/// A string, or a number by its digits: ids are opaque.
pub(crate) const ID: Form<String> =
    Form::new("an id, as a non-empty string or a number", |value| {
        scalar(value).filter(|text| !text.is_empty()).map(str::to_owned)
    });

/// A string or the digits of a number, as they are.
pub(crate) const SCALAR: Form<String> =
    Form::new("a string or a number", |value| scalar(value).map(str::to_owned));

/// Base units, exactly.
pub(crate) const LOTS: Form<Lots> =
    Form::new("an amount in base units, as an integer or its digits", |value| {
        scalar(value)?.parse().ok()
    });

/// A whole number of at most 64 bits.
pub(crate) const UINT: Form<u64> =
    Form::new("a whole number below 2^64, or its digits", |value| digits(scalar(value)?));

/// A whole number that may be below zero.
pub(crate) const INT: Form<i64> =
    Form::new("a whole number of 64 bits, or its digits", |value| scalar(value)?.parse().ok());

/// How many decimals a token has.
pub(crate) const DECIMALS: Form<u8> = Form::new("a number of decimals from 0 to 255", |value| {
    digits(scalar(value)?)?.try_into().ok()
});

/// Basis points.
pub(crate) const BPS: Form<Bps> =
    Form::new("basis points from 0 to 10000, as an integer or its digits", |value| {
        scalar(value)?.parse().ok()
    });

/// A truth value.
pub(crate) const BOOL: Form<bool> = Form::new("true or false", |value| match value {
    Value::Bool(truth) => Some(*truth),
    _ => None,
});

/// A moment, to the second.
pub(crate) const SECONDS: Form<UnixSeconds> = Form::new(A_TIME, |value| match scalar(value)? {
    text if is_digits(text) => digits(text).map(UnixSeconds::from_api_magnitude),
    text => iso_millis(text).map(UnixMillis::to_seconds),
});

/// A moment, to the millisecond.
pub(crate) const MILLIS: Form<UnixMillis> = Form::new(A_TIME, |value| match scalar(value)? {
    text if is_digits(text) => digits(text).map(UnixMillis::from_api_magnitude),
    text => iso_millis(text),
});

/// An object, as its text.
pub(crate) const RAW_OBJECT: Form<RawObject> =
    Form::new("an object", |value| value.as_object().map(RawObject::from));

const A_TIME: &str = "a Unix time, its digits, or an ISO 8601 time after 1970";

/// Returns the text of a string or a number.
pub(crate) fn scalar<'v>(value: &'v Value<'_>) -> Option<&'v str> {
    match value {
        Value::Number(text) => Some(text),
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn digits(text: &str) -> Option<u64> {
    is_digits(text).then(|| text.parse().ok()).flatten()
}

fn iso_millis(text: &str) -> Option<UnixMillis> {
    let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    let millis = moment.unix_timestamp_nanos().div_euclid(1_000_000);
    u64::try_from(millis).ok().map(UnixMillis::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    fn read<T>(form: &Form<T>, text: &str) -> Option<T> {
        (form.read)(&parse(text).unwrap())
    }

    #[test]
    fn reads_lots_of_any_size_exactly() {
        for text in [Lots::MAX.to_string(), format!("\"{}\"", Lots::MAX)] {
            assert_eq!(read(&LOTS, &text), Some(Lots::MAX));
        }
        for text in ["1.0", "1e18", "-1", "\"\"", "\"0x10\"", "true", "{}"] {
            assert_eq!(read(&LOTS, text), None, "{text}");
        }
    }

    #[test]
    fn reads_one_moment_in_every_form() {
        let moment = Some(UnixSeconds::new(1_772_124_002));
        for text in [
            "1772124002",
            "\"1772124002\"",
            "1772124002999",
            "1772124002999999",
            "\"2026-02-26T16:40:02Z\"",
            "\"2026-02-26T17:40:02.75+01:00\"",
        ] {
            assert_eq!(read(&SECONDS, text), moment, "{text}");
            assert_eq!(read(&MILLIS, text).map(UnixMillis::to_seconds), moment, "{text}");
        }
        for text in ["1.5", "-1", "\"soon\"", "\"1969-12-31T23:59:59Z\"", "1e9", "\"\""] {
            assert_eq!(read(&SECONDS, text), None, "{text}");
        }
    }

    #[test]
    fn reads_small_numbers_within_their_range() {
        assert_eq!(read(&DECIMALS, "\"18\""), Some(18));
        assert_eq!(read(&DECIMALS, "256"), None);
        assert_eq!(read(&UINT, "18446744073709551616"), None);
        assert_eq!(read(&UINT, "\"+1\""), None);
        assert_eq!(read(&BPS, "\"10001\""), None);
        assert_eq!(read(&ID, "17"), Some("17".to_owned()));
        assert_eq!(read(&ID, "\"\""), None);
    }
}
