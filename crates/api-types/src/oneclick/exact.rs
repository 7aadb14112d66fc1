use std::ops::Deref;

use super::{Wire, WriteError};
use crate::json::Value;
use crate::{RawObject, ReadError};

/// A part of a body together with its text, byte for byte as it came.
///
/// The API signs what it wrote, so what is read here can always be read again from the text: the
/// value is what the text says and nothing else.
///
/// # Examples
///
/// ```
/// use countersign_api_types::oneclick::{AppFee, Exact, Wire};
///
/// let text = r#"{"recipient":"fees.near", "fee":20.0, "limitOrderId":null}"#;
/// let fee = Exact::<AppFee>::from_json(text)?;
/// assert_eq!(fee.fee.value(), 20);
/// assert_eq!(fee.raw().as_str(), text);
/// # Ok::<_, countersign_api_types::ReadError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exact<T> {
    value: T,
    raw: RawObject,
}

/// Why a value has no text that reads back as it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExactError {
    /// The value can't be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// What was written can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl<T: Wire> Exact<T> {
    /// Writes a value, and keeps what was written as its text.
    ///
    /// # Errors
    ///
    /// Returns an [`ExactError`] if the value can't be written, or what was written can't be read.
    pub fn write(value: &T) -> Result<Self, ExactError> {
        Ok(Self::from_json(&value.to_json()?)?)
    }
}

impl<T> Exact<T> {
    /// Returns the text.
    pub const fn raw(&self) -> &RawObject {
        &self.raw
    }

    /// Returns what the text says.
    pub const fn value(&self) -> &T {
        &self.value
    }

    /// Takes what the text says, and drops the text.
    pub fn into_value(self) -> T {
        self.value
    }
}

impl<T> Deref for Exact<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Wire> Wire for Exact<T> {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let object = value.as_object();
        let object = object.ok_or_else(|| ReadError::member("", "an object", Some(value)))?;
        Ok(Self { value: T::from_value(value)?, raw: RawObject::from(object) })
    }

    /// Writes the text as it came.
    fn to_json(&self) -> Result<String, WriteError> {
        Ok(self.raw.as_str().to_owned())
    }
}
