use std::fmt;

use countersign_units::Bps;

use crate::defi::HUMAN;
use crate::json::{self, Value};
use crate::read::{Form, forms};

/// A number as its JSON text: nothing about it is rounded.
///
/// # Examples
///
/// ```
/// use countersign_api_types::oneclick::Number;
///
/// let slippage: Number = "-15.0".parse()?;
/// assert_eq!((slippage.to_i64(), slippage.to_u64()), (Some(-15), None));
/// assert_eq!(slippage.to_string(), "-15.0");
/// assert!("+15".parse::<Number>().is_err());
/// # Ok::<_, countersign_api_types::oneclick::NotANumber>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Number(String);

/// A text is not a number of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a number as JSON writes it")]
#[non_exhaustive]
pub struct NotANumber;

impl Number {
    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the number if it is whole, in whichever notation, and of 64 bits.
    pub fn to_u64(&self) -> Option<u64> {
        whole(&self.0)
    }

    /// Returns the number if it is whole, in whichever notation, and of 64 bits with its sign.
    pub fn to_i64(&self) -> Option<i64> {
        match self.0.strip_prefix('-') {
            Some(digits) => 0_i64.checked_sub_unsigned(whole(digits)?),
            None => whole(&self.0)?.try_into().ok(),
        }
    }
}

impl std::str::FromStr for Number {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match json::parse(text) {
            Ok(Value::Number(number)) if number == text => Ok(Self(text.to_owned())),
            _ => Err(NotANumber),
        }
    }
}

impl From<u64> for Number {
    fn from(number: u64) -> Self {
        Self(number.to_string())
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Self(number.to_string())
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Any number.
pub(super) const NUMBER: Form<Number> =
    Form::new("a number, or its text", |value| forms::scalar(value)?.parse().ok());

/// A whole number, also where it is written as `100.0`.
pub(super) const WHOLE: Form<u64> =
    Form::new("a whole number below 2^64, or its text", |value| whole(forms::scalar(value)?));

/// How many decimals a token has.
pub(super) const DECIMALS: Form<u8> = Form::new("a number of decimals from 0 to 255", |value| {
    whole(forms::scalar(value)?)?.try_into().ok()
});

/// Basis points.
pub(super) const BPS: Form<Bps> = Form::new("whole basis points from 0 to 10000", |value| {
    Bps::new(whole(forms::scalar(value)?)?.try_into().ok()?).ok()
});

fn whole(text: &str) -> Option<u64> {
    let decimal = HUMAN.read("", &Value::Number(text)).ok()?;
    decimal.as_str().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_in_any_notation() {
        for (text, number) in [
            ("100", Some(100)),
            ("100.0", Some(100)),
            ("1e2", Some(100)),
            ("1.00E+2", Some(100)),
            ("0.5", None),
            ("-1", None),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("", None),
            ("+1", None),
        ] {
            assert_eq!(whole(text), number, "{text}");
        }
    }

    #[test]
    fn a_sign_only_where_one_may_be() {
        let signed = |text: &str| text.parse::<Number>().unwrap().to_i64();
        assert_eq!(signed("-9223372036854775808"), Some(i64::MIN));
        assert_eq!(signed("9223372036854775808"), None);
        assert_eq!(signed("-0.0"), Some(0));
        assert_eq!(signed("-0.5"), None);
        for text in ["", "--1", "1 ", " 1", "01", "0x1", "NaN", "\"1\"", "1,2"] {
            assert_eq!(text.parse::<Number>(), Err(NotANumber), "{text}");
        }
    }
}
