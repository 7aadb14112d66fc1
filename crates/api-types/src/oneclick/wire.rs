use crate::ReadError;
use crate::json::{self, Value};

/// A body of the API: read tolerantly, written strictly.
///
/// What is written reads back as the same value.
pub trait Wire: Sized {
    /// Reads the body from its JSON value.
    ///
    /// # Errors
    ///
    /// Returns a [`ReadError`] that names the member, what was expected and what was found.
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError>;

    /// Writes the body as compact JSON.
    ///
    /// # Errors
    ///
    /// Returns a [`WriteError`] if the API has no member or no word for a part of a request.
    fn to_json(&self) -> Result<String, WriteError>;

    /// Reads the body from its text.
    ///
    /// # Errors
    ///
    /// Returns a [`ReadError`] if the text is no JSON, or as [`Self::from_value`] does.
    fn from_json(text: &str) -> Result<Self, ReadError> {
        Self::from_value(&json::parse(text)?)
    }
}

/// Why a request can't be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// A word came from an answer and isn't known to this version: it is not sent on.
    #[error("{member}: expected a word of the API, found \"{found}\"")]
    UnknownWord {
        /// The member.
        member: &'static str,
        /// A bounded, escaped excerpt of the word.
        found: String,
    },
    /// The API has no such member in its requests.
    #[error("expected no {member}: the API has no member for it")]
    Unsupported {
        /// The member.
        member: &'static str,
    },
}

/// Writes the elements of a list, each as its own type does.
pub(super) fn list<T: Wire>(elements: &[T]) -> Result<String, WriteError> {
    let elements: Result<Vec<_>, _> = elements.iter().map(T::to_json).collect();
    Ok(crate::write::array(&elements?))
}
