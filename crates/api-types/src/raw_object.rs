use std::fmt;

use crate::json::{self, JsonError, Object};

/// The text of a JSON object, byte for byte as it came.
///
/// Holds only text that the strict reader accepts, so it can be read in one way only and be
/// written into another object as it is.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RawObject(String);

/// A text is not that of a JSON object.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RawObjectError {
    /// The text is not JSON that can be read in one way only.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// The text is JSON, but not an object.
    #[error("expected an object, found {found}")]
    NotObject {
        /// The kind of value that was found.
        found: &'static str,
    },
}

impl RawObject {
    /// Takes the text of a JSON object; space around it is dropped.
    ///
    /// # Errors
    ///
    /// Returns a [`RawObjectError`] if the text is not JSON or not an object.
    pub fn parse(text: &str) -> Result<Self, RawObjectError> {
        let value = json::parse(text)?;
        let found = value.kind();
        let object = value.as_object().ok_or(RawObjectError::NotObject { found })?;
        Ok(Self::from(object))
    }

    /// Returns the text, from brace to brace.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&Object<'_>> for RawObject {
    fn from(object: &Object<'_>) -> Self {
        Self(object.raw().to_owned())
    }
}

impl fmt::Debug for RawObject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_bytes_between_the_braces() {
        let text = r#"{ "nonce" : 1e0,"a":"\u0061" }"#;
        assert_eq!(RawObject::parse(&format!("\n{text} ")).unwrap().as_str(), text);
    }

    #[test]
    fn refuses_what_is_no_object() {
        assert_eq!(RawObject::parse("[]"), Err(RawObjectError::NotObject { found: "an array" }));
        assert!(matches!(RawObject::parse(r#"{"a":1,"a":2}"#), Err(RawObjectError::Json(_))));
    }
}
