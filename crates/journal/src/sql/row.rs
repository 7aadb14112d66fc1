use std::str::FromStr;

use countersign_approval::SwapId;
use countersign_units::{Lots, UnixMillis, UnixSeconds};

use crate::{Digest, Head, Label, StoreError};

/// A value that goes into a statement or comes out of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// A row of an answer.
#[derive(Debug)]
pub(crate) struct Row(pub(crate) Vec<Value>);

impl Value {
    /// Takes a number as far as a column can hold it.
    pub(crate) fn int(member: &'static str, value: u64) -> Result<Self, StoreError> {
        let most = i64::MAX.unsigned_abs();
        let wrong = |_| StoreError::TooLarge { member, most, found: value };
        i64::try_from(value).map(Self::Int).map_err(wrong)
    }
}

/// What no column can hold: an approval that time does not end, but only what the chain does.
const FOR_GOOD: UnixSeconds = UnixSeconds::new(u64::MAX);

impl From<UnixSeconds> for Value {
    /// Takes the end of an approval; what lies beyond what a column can hold never comes.
    fn from(until: UnixSeconds) -> Self {
        Self::Int(i64::try_from(until.value()).unwrap_or(i64::MAX))
    }
}

impl From<SwapId> for Value {
    fn from(swap_id: SwapId) -> Self {
        Self::Text(swap_id.to_string())
    }
}

impl From<Digest> for Value {
    fn from(digest: Digest) -> Self {
        Self::Bytes(digest.as_bytes().to_vec())
    }
}

impl From<Lots> for Value {
    fn from(amount: Lots) -> Self {
        Self::Text(amount.to_string())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl Row {
    fn value(&self, column: usize) -> Result<&Value, StoreError> {
        let found = || StoreError::corrupted("a row", "another column", self.0.len());
        self.0.get(column).ok_or_else(found)
    }

    pub(crate) fn int(&self, column: usize) -> Result<u64, StoreError> {
        match self.value(column)? {
            Value::Int(value) => u64::try_from(*value)
                .map_err(|_| StoreError::corrupted("a number", "no less than zero", value)),
            Value::Text(_) | Value::Bytes(_) => {
                Err(StoreError::corrupted("a column", "a number", "something else"))
            }
        }
    }

    pub(crate) fn text(&self, column: usize) -> Result<&str, StoreError> {
        match self.value(column)? {
            Value::Text(text) => Ok(text),
            Value::Int(_) | Value::Bytes(_) => {
                Err(StoreError::corrupted("a column", "a text", "something else"))
            }
        }
    }

    pub(crate) fn bytes(&self, column: usize) -> Result<&[u8], StoreError> {
        match self.value(column)? {
            Value::Bytes(bytes) => Ok(bytes),
            Value::Int(_) | Value::Text(_) => {
                Err(StoreError::corrupted("a column", "bytes", "something else"))
            }
        }
    }

    /// Reads a text of some form; what is there is not repeated.
    pub(crate) fn parse<T: FromStr>(
        &self,
        column: usize,
        what: &'static str,
    ) -> Result<T, StoreError> {
        let text = self.text(column)?;
        text.parse().map_err(|_| StoreError::corrupted(what, "a text of its form", "another one"))
    }

    pub(crate) fn array<const N: usize>(&self, column: usize) -> Result<[u8; N], StoreError> {
        let bytes = self.bytes(column)?;
        bytes.try_into().map_err(|_| StoreError::corrupted("bytes", N, bytes.len()))
    }

    pub(crate) fn digest(&self, column: usize) -> Result<Digest, StoreError> {
        self.array(column).map(Digest::new)
    }

    pub(crate) fn label(&self, column: usize) -> Result<Label, StoreError> {
        Label::new(self.text(column)?)
            .map_err(|error| StoreError::corrupted("a name", error.expected, error.found))
    }

    pub(crate) fn swap_id(&self, column: usize) -> Result<SwapId, StoreError> {
        self.parse(column, "a swap's id")
    }

    pub(crate) fn lots(&self, column: usize) -> Result<Lots, StoreError> {
        self.parse(column, "an amount")
    }

    /// Reads the end of an approval.
    pub(crate) fn until(&self, column: usize) -> Result<UnixSeconds, StoreError> {
        let until = self.int(column)?;
        let endless = until == i64::MAX.unsigned_abs();
        Ok(if endless { FOR_GOOD } else { UnixSeconds::new(until) })
    }

    pub(crate) fn millis(&self, column: usize) -> Result<UnixMillis, StoreError> {
        self.int(column).map(UnixMillis::new)
    }

    /// Reads a head out of two columns: the count, then the hash.
    pub(crate) fn head(&self, column: usize) -> Result<Head, StoreError> {
        Ok(Head { count: self.int(column)?, hash: self.digest(column.saturating_add(1))? })
    }
}
