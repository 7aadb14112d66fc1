use super::{Profile, Wire, WriteError};
use crate::json::Value;
use crate::read::{Members, forms};
use crate::write::ObjectWriter;
use crate::{ReadError, excerpt};

/// The old schema's code for a token that Permit2 may not move yet.
const INSUFFICIENT_ALLOWANCE: i64 = 25;

/// An error as the API told it, in either schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("code {code}: {}", excerpt(message, 256))]
pub struct ApiError {
    /// An application code in the old schema; like an HTTP status in the new one.
    pub code: i64,
    /// What went wrong, in words of the API.
    pub message: String,
    /// What it concerns, in the old schema.
    pub entity: Option<String>,
    /// The kind of error (`type`), in the new schema.
    pub kind: Option<String>,
}

impl ApiError {
    /// Says whether the owner has not yet let Permit2 move the token.
    ///
    /// Only the old schema has a code for it.
    pub const fn is_allowance_missing(&self) -> bool {
        self.code == INSUFFICIENT_ALLOWANCE && self.kind.is_none()
    }
}

impl Wire for ApiError {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        Ok(Self {
            code: members.required(&["code"], &forms::INT)?,
            message: members.required(&["message"], &forms::TEXT)?,
            entity: members.optional(&["entity"], &forms::TEXT)?,
            kind: members.optional(&["type"], &forms::TEXT)?,
        })
    }

    /// Writes the error in the schema that it has; both are written the same in all profiles.
    fn to_json(&self, _: Profile) -> Result<String, WriteError> {
        Ok(ObjectWriter::new()
            .plain("code", Some(self.code))
            .string("type", self.kind.as_ref())
            .string("message", Some(&self.message))
            .string("entity", self.entity.as_ref())
            .finish())
    }
}
