use super::number::WHOLE;
use super::{Wire, WriteError};
use crate::json::Value;
use crate::read::{Form, Members, forms};
use crate::write::ObjectWriter;
use crate::{RawObject, ReadError, excerpt};

/// An error as 1Click or Aurora told it.
///
/// Only the message is sure to be there, and its words are the only thing that tells one error
/// from another.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("\"{}\"", excerpt(message, 256))]
pub struct ApiError {
    /// What went wrong, in words of the API.
    pub message: String,
    /// The API's id of the answer, for its support.
    pub correlation_id: Option<String>,
    /// When it went wrong.
    pub timestamp: Option<String>,
    /// What was asked.
    pub path: Option<String>,
    /// The HTTP status, as Aurora repeats it.
    pub status_code: Option<u64>,
    /// The name of the HTTP status.
    pub error: Option<String>,
    /// More that Aurora tells.
    pub data: Option<RawObject>,
}

/// A message, or several.
const MESSAGE: Form<String> = Form::new("a message, or a list of messages", |value| match value {
    Value::Array(messages) if !messages.is_empty() => {
        let texts: Option<Vec<_>> = messages.iter().map(Value::as_str).collect();
        Some(texts?.join("; "))
    }
    _ => value.as_str().map(str::to_owned),
});

impl Wire for ApiError {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        let text = |name| members.optional(&[name], &forms::SCALAR);
        Ok(Self {
            message: members.required(&["message"], &MESSAGE)?,
            correlation_id: text("correlationId")?,
            timestamp: text("timestamp")?,
            path: text("path")?,
            status_code: members.optional(&["statusCode"], &WHOLE)?,
            error: text("error")?,
            data: members.optional(&["data"], &forms::RAW_OBJECT)?,
        })
    }

    fn to_json(&self) -> Result<String, WriteError> {
        Ok(ObjectWriter::new()
            .string("message", Some(&self.message))
            .string("correlationId", self.correlation_id.as_ref())
            .string("timestamp", self.timestamp.as_ref())
            .string("path", self.path.as_ref())
            .plain("statusCode", self.status_code)
            .string("error", self.error.as_ref())
            .raw("data", self.data.as_ref().map(RawObject::as_str))
            .finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_families_and_several_messages() {
        let read = |text| ApiError::from_json(text).unwrap();
        let bare = read(r#"{"message":"tokenIn is not valid"}"#);
        assert_eq!(bare, ApiError { message: "tokenIn is not valid".to_owned(), ..bare.clone() });
        let live = r#"{"message":"no","correlationId":"c","timestamp":"t","path":"/v0/quote"}"#;
        assert_eq!(read(live).path.as_deref(), Some("/v0/quote"));
        let aurora = read(r#"{"message":"no","statusCode":404.0,"error":"x","data":{"a":1e0}}"#);
        assert_eq!(
            (aurora.status_code, aurora.data.unwrap().as_str()),
            (Some(404), r#"{"a":1e0}"#)
        );
        assert_eq!(read(r#"{"message":["a","b"],"data":null}"#).message, "a; b");
        for text in ["{}", r#"{"message":null}"#, r#"{"message":[]}"#, r#"{"message":[1]}"#, "[]"] {
            assert!(ApiError::from_json(text).is_err(), "{text}");
        }
    }

    #[test]
    fn shows_the_message_bounded_and_escaped() {
        let message = format!("a\u{1b}[2J\"{}", "x".repeat(5_000));
        let shown = ApiError { message, ..ApiError::default() }.to_string();
        assert!(shown.starts_with(r#""a\u{1b}[2J\"xx"#) && shown.len() < 300, "{shown}");
    }
}
