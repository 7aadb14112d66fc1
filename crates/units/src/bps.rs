use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The number of basis points in one.
const ONE: u16 = 10_000;

/// A share in basis points: hundredths of a percent, from 0 to 10,000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bps(u16);

/// A text or a number is no share between 0 and 10,000 basis points.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a whole number of basis points from 0 to 10000")]
pub struct ParseBpsError;

impl Bps {
    /// Makes a share from basis points.
    ///
    /// # Errors
    ///
    /// Returns [`ParseBpsError`] above 10,000.
    pub const fn new(value: u16) -> Result<Self, ParseBpsError> {
        if value <= ONE { Ok(Self(value)) } else { Err(ParseBpsError) }
    }

    /// Returns the number of basis points.
    pub const fn value(self) -> u16 {
        self.0
    }

    /// Returns what is left of the whole: 10,000 minus this share.
    #[must_use]
    pub const fn complement(self) -> Self {
        Self(ONE.saturating_sub(self.0))
    }
}

impl FromStr for Bps {
    type Err = ParseBpsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ParseBpsError);
        }
        text.parse().map_err(|_| ParseBpsError).and_then(Self::new)
    }
}

impl fmt::Display for Bps {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

impl Serialize for Bps {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(self.0)
    }
}

impl<'de> Deserialize<'de> for Bps {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(u16::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_at_most_the_whole() {
        assert_eq!("50".parse::<Bps>().map(Bps::value), Ok(50));
        assert_eq!("10000".parse::<Bps>().map(Bps::complement), Bps::new(0));
        for text in ["10001", "-1", "", "1.5", "65537", "+5"] {
            assert_eq!(text.parse::<Bps>(), Err(ParseBpsError), "{text}");
        }
    }
}
