use super::Profile;
use crate::ReadError;
use crate::json::{self, Value};

/// A body of the API: read whatever its dialect, written in one.
///
/// What is written in a profile reads back as the same value.
pub trait Wire: Sized {
    /// Reads the body from its JSON value, in any dialect.
    ///
    /// # Errors
    ///
    /// Returns a [`ReadError`] that names the member, what was expected and what was found.
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError>;

    /// Writes the body as compact JSON in one dialect.
    ///
    /// # Errors
    ///
    /// Returns a [`WriteError`] if the profile has no member for a part of the body, or needs a
    /// part that the body lacks.
    fn to_json(&self, profile: Profile) -> Result<String, WriteError>;

    /// Reads the body from its text.
    ///
    /// # Errors
    ///
    /// Returns a [`ReadError`] if the text is no JSON, or as [`Self::from_value`] does.
    fn from_json(text: &str) -> Result<Self, ReadError> {
        Self::from_value(&json::parse(text)?)
    }
}

/// Why a body can't be written in a profile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The profile requires a member that the body has no value for.
    #[error("expected {member}, which profile {profile} requires")]
    Missing {
        /// The member.
        member: &'static str,
        /// The profile.
        profile: Profile,
    },
    /// The profile has no member for a part of the body.
    #[error("expected no {member}: profile {profile} has no member for it")]
    Unsupported {
        /// The part.
        member: &'static str,
        /// The profile.
        profile: Profile,
    },
    /// A time has no calendar form.
    #[error("{member}: expected a time before the year 10000")]
    Time {
        /// The member.
        member: &'static str,
    },
}
