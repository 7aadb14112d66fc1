use crate::excerpt;
use crate::json::{JsonError, Value};

/// How many characters of a value an error shows.
const SHOWN: usize = 64;

/// Why a body was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The text is not JSON that can be read in one way only.
    #[error("not JSON that can be read in one way only: {0}")]
    Json(#[from] JsonError),
    /// A member is missing, or is not what it has to be.
    #[error("{}: expected {expected}, found {found}", place(path))]
    Member {
        /// Where the member is, such as `from.amount_lots`; empty for the body itself.
        path: String,
        /// What has to be there.
        expected: &'static str,
        /// A bounded, escaped excerpt of what is there.
        found: String,
    },
    /// Two members mean the same and hold different values.
    #[error("{path} and {other}: expected the same value, found {found} and {other_found}")]
    Ambiguous {
        /// Where the first member is.
        path: String,
        /// An excerpt of its value.
        found: String,
        /// Where the second member is.
        other: String,
        /// An excerpt of its value.
        other_found: String,
    },
}

impl ReadError {
    /// Says whether another reader may take the text in its own way.
    pub const fn is_ambiguous(&self) -> bool {
        matches!(self, Self::Json(error) if error.kind.is_ambiguous())
    }

    pub(crate) fn member(path: &str, expected: &'static str, found: Option<&Value<'_>>) -> Self {
        let found = found.map_or_else(|| "nothing".to_owned(), show);
        Self::Member { path: path.to_owned(), expected, found }
    }

    /// Makes the error of a part into one of the whole, where the part is at `place`.
    #[must_use]
    pub(crate) fn within(mut self, place: &str) -> Self {
        match &mut self {
            Self::Json(_) => {}
            Self::Member { path, .. } => join(place, path),
            Self::Ambiguous { path, other, .. } => {
                join(place, path);
                join(place, other);
            }
        }
        self
    }
}

/// Shows a value in an error: scalars bounded, of the others the kind.
pub(crate) fn show(value: &Value<'_>) -> String {
    match value {
        Value::Number(text) => excerpt(text, SHOWN),
        Value::String(text) => format!("\"{}\"", excerpt(text, SHOWN)),
        Value::Bool(truth) => truth.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => value.kind().to_owned(),
    }
}

const fn place(path: &str) -> &str {
    if path.is_empty() { "the body" } else { path }
}

fn join(place: &str, path: &mut String) {
    let dot = if path.is_empty() || path.starts_with('[') { "" } else { "." };
    *path = format!("{place}{dot}{path}");
}
