use std::fmt;
use std::str::FromStr;

use crate::ParseDraftError;

/// A transaction of our own on Tron, as the bytes whose hash would be signed: its `raw_data`. Nothing
/// about it has been checked.
#[derive(Clone, PartialEq, Eq)]
pub struct TronCallDraft(Vec<u8>);

impl TronCallDraft {
    /// Takes the `raw_data` of a draft that was made elsewhere.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// Returns the bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl FromStr for TronCallDraft {
    type Err = ParseDraftError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix("0x").unwrap_or(text);
        hex::decode(digits).map(Self).map_err(|_| ParseDraftError)
    }
}

impl fmt::Display for TronCallDraft {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex::encode(&self.0))
    }
}

impl fmt::Debug for TronCallDraft {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "TronCallDraft({self})")
    }
}
