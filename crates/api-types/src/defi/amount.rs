use std::fmt;
use std::str::FromStr;

use countersign_units::{DecimalError, Lots};

use crate::ReadError;
use crate::read::{Form, Members, forms};

/// The longest decimal text that is read: 2^256 has 78 digits, and 255 decimals may follow.
const MAX_DIGITS: usize = 400;
/// The largest exponent, in either direction, that is written out.
const MAX_EXPONENT: usize = 100;

/// An amount as people write it: `100.5` and not `100500000`.
///
/// Holds the shortest decimal text, so equal amounts are equal texts. It means nothing before
/// it is turned into base units with the decimals of a token, exactly or not at all.
///
/// # Examples
///
/// ```
/// use countersign_api_types::defi::HumanAmount;
/// use countersign_units::Lots;
///
/// let amount: HumanAmount = "0100.50".parse()?;
/// assert_eq!(amount.as_str(), "100.5");
/// assert_eq!(amount.to_lots(6)?, Lots::from(100_500_000));
/// assert!(amount.to_lots(0).is_err());
/// # Ok::<_, countersign_units::DecimalError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HumanAmount(String);

impl HumanAmount {
    /// Writes base units of a token with `decimals` decimals, exactly.
    pub fn from_lots(lots: Lots, decimals: u8) -> Self {
        Self(lots.to_decimal(decimals))
    }

    /// Turns the amount into base units of a token with `decimals` decimals, exactly.
    ///
    /// # Errors
    ///
    /// Returns a [`DecimalError`] if the amount is more precise than the token or too large.
    pub fn to_lots(&self, decimals: u8) -> Result<Lots, DecimalError> {
        Lots::from_decimal(&self.0, decimals)
    }

    /// Returns the decimal text, which is also a JSON number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for HumanAmount {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (whole, fraction) = match text.split_once('.') {
            Some((_, "")) => return Err(DecimalError::NotDecimal),
            Some(parts) => parts,
            None => (text, ""),
        };
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return Err(DecimalError::NotDecimal);
        }
        if text.len() > MAX_DIGITS {
            return Err(DecimalError::TooLarge);
        }
        Ok(Self(shortest(whole, fraction)))
    }
}

impl fmt::Display for HumanAmount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A decimal amount, as a string or a number.
pub(crate) const HUMAN: Form<HumanAmount> =
    Form::new("a decimal amount, as a string or a number", |value| {
        plain_decimal(forms::scalar(value)?)?.parse().ok()
    });

/// Where an amount may be: in base units, or decimal with the token's decimals beside it.
#[derive(Clone, Copy, Debug)]
pub(super) struct AmountPaths<'p> {
    pub(super) lots: &'p [&'p str],
    pub(super) human: &'p [&'p str],
}

impl AmountPaths<'_> {
    /// Reads an amount in base units.
    ///
    /// A decimal amount without decimals tells no base units: it counts as absent.
    pub(super) fn optional(
        self,
        members: Members<'_, '_>,
        decimals: Option<u8>,
    ) -> Result<Option<Lots>, ReadError> {
        let lots = members.optional(self.lots, &forms::LOTS)?;
        let human = members.optional(self.human, &HUMAN)?;
        let Some((human, decimals)) = human.zip(decimals) else { return Ok(lots) };
        let exact = human.to_lots(decimals).map_err(|_| self.inexact(&human))?;
        match lots {
            Some(lots) if lots != exact => Err(self.disagreeing(lots, &human)),
            _ => Ok(Some(exact)),
        }
    }

    /// Reads an amount in base units that has to be there.
    pub(super) fn required(
        self,
        members: Members<'_, '_>,
        decimals: Option<u8>,
    ) -> Result<Lots, ReadError> {
        const EXPECTED: &str = "an amount in base units, or a decimal amount with its decimals";
        let path = self.lots.first().copied().unwrap_or_default();
        let amount = self.optional(members, decimals)?;
        amount.ok_or_else(|| ReadError::member(path, EXPECTED, None))
    }

    fn inexact(self, found: &HumanAmount) -> ReadError {
        ReadError::Member {
            path: self.human_path(),
            expected: "an amount that the token's decimals hold exactly, below 2^256 base units",
            found: crate::excerpt(found.as_str(), 96),
        }
    }

    fn disagreeing(self, lots: Lots, human: &HumanAmount) -> ReadError {
        ReadError::Ambiguous {
            path: self.lots.first().copied().unwrap_or_default().to_owned(),
            found: lots.to_string(),
            other: self.human_path(),
            other_found: human.to_string(),
        }
    }

    fn human_path(self) -> String {
        self.human.first().copied().unwrap_or_default().to_owned()
    }
}

fn shortest(whole: &str, fraction: &str) -> String {
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    match fraction.trim_end_matches('0') {
        "" => whole.to_owned(),
        digits => format!("{whole}.{digits}"),
    }
}

/// Writes out the exponent that some JSON writers give small and large numbers (`1e-7`).
fn plain_decimal(text: &str) -> Option<String> {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return Some(text.to_owned());
    };
    let (left, places) = match exponent.strip_prefix('-') {
        Some(places) => (true, places),
        None => (false, exponent.strip_prefix('+').unwrap_or(exponent)),
    };
    let _: HumanAmount = mantissa.parse().ok()?;
    let places = exponent_places(places)?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if left {
        let whole = format!("{whole:0>width$}", width = places.saturating_add(1));
        let (whole, moved) = whole.split_at_checked(whole.len().checked_sub(places)?)?;
        return Some(format!("{whole}.{moved}{fraction}"));
    }
    let fraction = format!("{fraction:0<places$}");
    let (moved, fraction) = fraction.split_at_checked(places)?;
    Some(format!("{whole}{moved}.{fraction}0"))
}

fn exponent_places(digits: &str) -> Option<usize> {
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|places| all_digits && *places <= MAX_EXPONENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Option<HumanAmount> {
        plain_decimal(text)?.parse().ok()
    }

    #[test]
    fn writes_out_exponents_exactly() {
        for (text, expected) in [
            ("1e-7", "0.0000001"),
            ("1.25E+3", "1250"),
            ("1.25e1", "12.5"),
            ("12.5e-1", "1.25"),
            ("100e-1", "10"),
            ("5e0", "5"),
            ("0.10", "0.1"),
        ] {
            assert_eq!(plain(text).unwrap().as_str(), expected, "{text}");
        }
        for text in [
            "1e101", "1e-101", "-1e2", "1e", "e1", "1e1e1", "-1", "1e1.5", "1e+-1", "1e++1", "1.e1",
        ] {
            assert_eq!(plain(text), None, "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_decimal() {
        for text in ["", ".", "5.", ".5", "-1", "1_0", "1,5", "NaN", " 1"] {
            assert!(text.parse::<HumanAmount>().is_err(), "{text}");
        }
        assert!("9".repeat(1_000).parse::<HumanAmount>().is_err());
    }

    #[test]
    fn goes_to_base_units_and_back_without_loss() {
        for decimals in [0, 6, 18, 77, 255] {
            let amount = HumanAmount::from_lots(Lots::MAX, decimals);
            assert_eq!(amount.as_str().parse(), Ok(amount.clone()));
            assert_eq!(amount.to_lots(decimals), Ok(Lots::MAX));
        }
    }
}
