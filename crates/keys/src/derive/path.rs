use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The bit that marks a step as hardened.
pub(crate) const HARDENED: u32 = 1 << 31;
/// Far more than any use has.
const MOST_STEPS: usize = 32;

/// The steps from a seed to a key, as `m/44'/60'/0'`. Cloning it is cheap.
///
/// # Examples
///
/// ```
/// use countersign_keys::DerivationPath;
///
/// let path: DerivationPath = "m/84'/0'/0'".parse()?;
/// assert_eq!(path.to_string(), "m/84'/0'/0'");
/// assert_eq!("m/84h/0h/0h".parse(), Ok(path));
/// assert!("84'/0'".parse::<DerivationPath>().is_err());
/// # Ok::<_, countersign_keys::ParsePathError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DerivationPath(Arc<[u32]>);

/// A text is no path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected m and at most 32 steps below 2^31, as in m/44'/60'/0'")]
pub struct ParsePathError;

impl DerivationPath {
    pub(crate) fn new(steps: impl IntoIterator<Item = u32>) -> Self {
        Self(steps.into_iter().collect())
    }

    /// Returns the steps. The upper bit marks a hardened one.
    pub fn steps(&self) -> &[u32] {
        &self.0
    }

    /// Says whether all steps are hardened.
    pub fn is_hardened(&self) -> bool {
        self.0.iter().all(|step| step & HARDENED != 0)
    }

    /// Returns the number of the first step, whether it is hardened or not.
    pub(crate) fn purpose(&self) -> Option<u32> {
        self.0.first().map(|step| step & !HARDENED)
    }
}

impl FromStr for DerivationPath {
    type Err = ParsePathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some(steps) = text.strip_prefix("m/") else {
            return if text == "m" { Ok(Self::new([])) } else { Err(ParsePathError) };
        };
        let steps = steps.split('/').map(step).collect::<Result<Vec<u32>, _>>()?;
        if steps.len() > MOST_STEPS {
            return Err(ParsePathError);
        }
        Ok(Self::new(steps))
    }
}

fn step(text: &str) -> Result<u32, ParsePathError> {
    let digits = text.strip_suffix(['\'', 'h', 'H']);
    let mark = if digits.is_some() { HARDENED } else { 0 };
    let digits = digits.unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ParsePathError);
    }
    let number: u32 = digits.parse().map_err(|_| ParsePathError)?;
    if number & HARDENED != 0 {
        return Err(ParsePathError);
    }
    Ok(number | mark)
}

impl fmt::Display for DerivationPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("m")?;
        self.0.iter().try_for_each(|step| {
            let mark = if step & HARDENED == 0 { "" } else { "'" };
            write!(formatter, "/{}{mark}", step & !HARDENED)
        })
    }
}

impl fmt::Debug for DerivationPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Serialize for DerivationPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DerivationPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn refuses_what_is_no_path() {
        for text in
            ["", "m/", "M/0", "0", "m/0//1", "m/-1", "m/+1", "m/2147483648", "m/0x1", "m/1''"]
        {
            assert_eq!(text.parse::<DerivationPath>(), Err(ParsePathError), "{text}");
        }
        let deep = format!("m{}", "/0".repeat(33));
        assert_eq!(deep.parse::<DerivationPath>(), Err(ParsePathError));
    }

    proptest! {
        #[test]
        fn text_round_trips(steps in prop::collection::vec(any::<u32>(), 0..=32)) {
            let path = DerivationPath::new(steps);
            prop_assert_eq!(path.to_string().parse(), Ok(path));
        }

        #[test]
        fn no_text_panics(text in "[m/0-9'h ]*") {
            let _ = text.parse::<DerivationPath>();
        }
    }
}
