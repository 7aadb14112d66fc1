use std::fmt;

use serde::{Deserialize, Serialize};

/// Below this an API's timestamp counts seconds; from it on, milliseconds.
const MILLIS_FROM: u64 = 100_000_000_000;
/// From this on an API's timestamp counts microseconds.
const MICROS_FROM: u64 = 100_000_000_000_000;

/// Seconds since 1970-01-01T00:00:00Z, which Permit2 compares with `block.timestamp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnixSeconds(u64);

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnixMillis(u64);

impl UnixSeconds {
    /// Wraps a number of seconds.
    pub const fn new(value: u64) -> Self {
        Self(value)
    }

    /// Reads an API's timestamp whose unit is told by its size alone.
    ///
    /// Below 1e11 it counts seconds, below 1e14 milliseconds, else microseconds: the three
    /// ranges hold the years 1973 to 5138, so no timestamp of a swap is ambiguous. Rounds down.
    pub const fn from_api_magnitude(value: u64) -> Self {
        Self(match value {
            ..MILLIS_FROM => value,
            MILLIS_FROM..MICROS_FROM => value.div_euclid(1_000),
            MICROS_FROM.. => value.div_euclid(1_000_000),
        })
    }

    /// Returns the number of seconds.
    pub const fn value(self) -> u64 {
        self.0
    }

    /// Returns the moment `seconds` later, or the last one there is.
    #[must_use]
    pub const fn saturating_add(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Returns how many seconds lie between two moments, in either order.
    pub const fn abs_diff(self, other: Self) -> u64 {
        self.0.abs_diff(other.0)
    }
}

impl UnixMillis {
    /// Wraps a number of milliseconds.
    pub const fn new(value: u64) -> Self {
        Self(value)
    }

    /// Reads an API's timestamp whose unit is told by its size alone; see
    /// [`UnixSeconds::from_api_magnitude`].
    pub const fn from_api_magnitude(value: u64) -> Self {
        Self(match value {
            ..MILLIS_FROM => value.saturating_mul(1_000),
            MILLIS_FROM..MICROS_FROM => value,
            MICROS_FROM.. => value.div_euclid(1_000),
        })
    }

    /// Returns the number of milliseconds.
    pub const fn value(self) -> u64 {
        self.0
    }

    /// Returns the second that this moment lies in.
    pub const fn to_seconds(self) -> UnixSeconds {
        UnixSeconds(self.0.div_euclid(1_000))
    }
}

impl fmt::Display for UnixSeconds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

impl fmt::Display for UnixMillis {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_unit_by_magnitude() {
        let seconds = UnixSeconds::new(1_795_249_800);
        for api in [1_795_249_800, 1_795_249_800_999, 1_795_249_800_999_999] {
            assert_eq!(UnixSeconds::from_api_magnitude(api), seconds);
            assert_eq!(UnixMillis::from_api_magnitude(api).to_seconds(), seconds);
        }
    }
}
