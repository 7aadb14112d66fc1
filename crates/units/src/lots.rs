use std::fmt;
use std::str::FromStr;

use ruint::aliases::U256;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest decimal text of a 256-bit integer.
const MAX_DIGITS: usize = 78;

/// An amount in base units: wei, satoshis, lamports, or a token's smallest part.
///
/// Holds up to 2^256 - 1. Chains with narrower amounts check the range where they encode it.
///
/// # Examples
///
/// ```
/// use countersign_units::Lots;
///
/// let amount = Lots::from_decimal("100.5", 6)?;
/// assert_eq!(amount.to_string(), "100500000");
/// assert_eq!(amount.to_decimal(6), "100.5");
/// assert!(Lots::from_decimal("0.0000001", 6).is_err());
/// # Ok::<_, countersign_units::DecimalError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lots(U256);

/// Why a text is no amount in base units.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseLotsError {
    /// The text is empty, or holds something else than the digits 0 to 9, or a leading zero.
    #[error("expected a decimal integer without sign, exponent or leading zero")]
    NotDecimal,
    /// The integer is 2^256 or more.
    #[error("expected an integer below 2^256")]
    TooLarge,
}

/// Why a decimal text is no amount of a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecimalError {
    /// The text is not of the form `123` or `123.45`.
    #[error("expected a decimal number such as 100 or 100.5")]
    NotDecimal,
    /// The text has more digits after the point than the token.
    #[error("expected at most {decimals} digits after the point, found {found}")]
    TooPrecise {
        /// How many decimals the token has.
        decimals: u8,
        /// How many digits follow the point.
        found: usize,
    },
    /// The amount is 2^256 base units or more.
    #[error("expected an amount below 2^256 base units")]
    TooLarge,
}

impl Lots {
    /// Zero base units.
    pub const ZERO: Self = Self(U256::ZERO);
    /// 2^256 - 1 base units.
    pub const MAX: Self = Self(U256::MAX);

    /// Wraps an integer of base units.
    pub const fn new(value: U256) -> Self {
        Self(value)
    }

    /// Reads a human amount such as `100.5` of a token with `decimals` decimals, exactly.
    ///
    /// # Errors
    ///
    /// Returns a [`DecimalError`] if the text is no plain decimal number, is more precise than
    /// the token, or does not fit.
    pub fn from_decimal(text: &str, decimals: u8) -> Result<Self, DecimalError> {
        let (whole, fraction) = match text.split_once('.') {
            Some((_, "")) => return Err(DecimalError::NotDecimal),
            Some(parts) => parts,
            None => (text, ""),
        };
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return Err(DecimalError::NotDecimal);
        }
        let places = usize::from(decimals);
        if fraction.len() > places {
            return Err(DecimalError::TooPrecise { decimals, found: fraction.len() });
        }
        let digits = format!("{whole}{fraction:0<places$}");
        let digits = digits.trim_start_matches('0');
        if digits.is_empty() {
            return Ok(Self::ZERO);
        }
        digits.parse().map_err(|_| DecimalError::TooLarge)
    }

    /// Writes the amount as a human number of a token with `decimals` decimals, exactly.
    pub fn to_decimal(self, decimals: u8) -> String {
        let places = usize::from(decimals);
        let width = places.saturating_add(1);
        let digits = format!("{:0>width$}", self.0.to_string());
        let (whole, fraction) = digits.split_at(digits.len().saturating_sub(places));
        let fraction = fraction.trim_end_matches('0');
        if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
    }

    /// Returns the integer of base units.
    pub const fn value(self) -> U256 {
        self.0
    }

    /// Returns the amount as an EVM word: 32 bytes, big endian.
    pub const fn to_be_bytes(self) -> [u8; 32] {
        self.0.to_be_bytes()
    }

    /// Says whether the amount is zero.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Adds two amounts, or returns `None` where the sum does not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// Subtracts an amount, or returns `None` where it is the larger one.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// Multiplies by `numerator / denominator`, rounding down; `None` on overflow or zero.
    pub fn checked_mul_div(self, numerator: u64, denominator: u64) -> Option<Self> {
        let product = self.0.checked_mul(U256::from(numerator))?;
        product.checked_div(U256::from(denominator)).map(Self)
    }
}

impl From<u64> for Lots {
    fn from(value: u64) -> Self {
        Self(U256::from(value))
    }
}

impl FromStr for Lots {
    type Err = ParseLotsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let leading_zero = text.len() > 1 && text.starts_with('0');
        if text.is_empty() || leading_zero || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ParseLotsError::NotDecimal);
        }
        if text.len() > MAX_DIGITS {
            return Err(ParseLotsError::TooLarge);
        }
        // Most amounts fit into 64 bits, whose parser is several times as fast.
        if let Ok(small) = text.parse::<u64>() {
            return Ok(Self::from(small));
        }
        U256::from_str_radix(text, 10).map(Self).map_err(|_| ParseLotsError::TooLarge)
    }
}

impl fmt::Display for Lots {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

impl Serialize for Lots {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Lots {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_lots() -> impl Strategy<Value = Lots> {
        any::<[u64; 4]>().prop_map(|limbs| Lots::new(U256::from_limbs(limbs)))
    }

    #[test]
    fn refuses_what_is_no_plain_integer() {
        for text in ["", "-1", "+1", "1e3", "1.0", "0x10", " 1", "01", "1_000"] {
            assert_eq!(text.parse::<Lots>(), Err(ParseLotsError::NotDecimal), "{text}");
        }
        let above = format!("{}0", Lots::MAX);
        assert_eq!(above.parse::<Lots>(), Err(ParseLotsError::TooLarge));
        assert_eq!(Lots::MAX.to_string().parse(), Ok(Lots::MAX));
    }

    #[test]
    fn refuses_a_decimal_that_is_not_exact() {
        assert_eq!(
            Lots::from_decimal("1.0000001", 6),
            Err(DecimalError::TooPrecise { decimals: 6, found: 7 })
        );
        for text in ["", ".", ".5", "5.", "1,5", "-1", "1e3", "1.2.3", " 1"] {
            assert_eq!(Lots::from_decimal(text, 6), Err(DecimalError::NotDecimal), "{text}");
        }
        assert_eq!(Lots::from_decimal("0.00", 6), Ok(Lots::ZERO));
        assert_eq!(Lots::from_decimal("007.50", 6), Ok(Lots::from(7_500_000)));
    }

    proptest! {
        #[test]
        fn text_round_trips(lots in any_lots()) {
            prop_assert_eq!(lots.to_string().parse(), Ok(lots));
            prop_assert_eq!(serde_json::from_str::<Lots>(&serde_json::to_string(&lots).unwrap()).unwrap(), lots);
        }

        #[test]
        fn decimals_round_trip(lots in any_lots(), decimals in 0_u8..=77) {
            prop_assert_eq!(Lots::from_decimal(&lots.to_decimal(decimals), decimals), Ok(lots));
        }

        #[test]
        fn no_text_panics(text in ".*", decimals: u8) {
            let _ = text.parse::<Lots>();
            let _ = Lots::from_decimal(&text, decimals);
        }
    }
}
