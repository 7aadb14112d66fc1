/// A text is not JSON, or not JSON that can be read in one way only.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct JsonError {
    /// What is wrong.
    pub kind: JsonErrorKind,
    /// Where: a byte offset into the text.
    pub offset: usize,
}

/// What is wrong with a JSON text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonErrorKind {
    /// The text does not follow the grammar of JSON.
    #[error("expected {0}")]
    Syntax(&'static str),
    /// An object has the same key twice.
    #[error("expected each key of an object once, found a second one")]
    DuplicateKey,
    /// A string holds half of a UTF-16 surrogate pair.
    #[error("expected a whole surrogate pair")]
    LoneSurrogate,
    /// Arrays and objects are nested too deeply.
    #[error("expected at most {} levels of nesting", super::MAX_DEPTH)]
    TooDeep,
    /// Something follows the value.
    #[error("expected the end of the text")]
    TrailingData,
}

impl JsonErrorKind {
    /// Says whether the text is well-formed JSON that another reader may take in its own way.
    pub const fn is_ambiguous(self) -> bool {
        matches!(self, Self::DuplicateKey | Self::LoneSurrogate)
    }
}
