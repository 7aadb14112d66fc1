//! The three kinds of text that an entry may hold, each with a bound.

use std::fmt;

use countersign_approval::excerpt;
use serde::{Deserialize, Serialize};

/// The longest name.
const LABEL: usize = 256;
/// The longest remark, in characters; escapes make ten of one.
const NOTE: usize = 10_240;
/// The longest payload, in bytes.
const PAYLOAD: usize = 1_048_576;

/// A text is longer than its kind allows, empty, or holds characters that it may not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found {found} bytes")]
#[non_exhaustive]
pub struct TextError {
    /// What it has to be.
    pub expected: &'static str,
    /// How long it is.
    pub found: usize,
}

/// A name: an id, a token's key, an address. 1 to 256 printable ASCII characters without spaces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Label(String);

/// A remark for people: an excerpt of what was said, without control characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Note(String);

/// What the counterparty sent, byte for byte: what is judged, and judged again. Up to 1 MiB.
///
/// It never holds what we sent: neither headers nor keys.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Payload(String);

impl Label {
    /// Takes a name.
    ///
    /// # Errors
    ///
    /// Returns a [`TextError`] if it is empty, too long, or holds another character.
    pub fn new(text: impl Into<String>) -> Result<Self, TextError> {
        let text = text.into();
        let fits = (1..=LABEL).contains(&text.len());
        if fits && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Ok(Self(text));
        }
        let expected = "1 to 256 printable ASCII characters without spaces";
        Err(TextError { expected, found: text.len() })
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Note {
    /// Takes an excerpt of a text: short, and with what is hidden shown.
    pub fn new(text: impl fmt::Display) -> Self {
        Self(excerpt(&text.to_string()))
    }

    /// Takes a text of our own in whole, as far as 1,024 characters, with what is hidden shown.
    pub fn whole(text: impl fmt::Display) -> Self {
        let mut shown = String::new();
        for letter in text.to_string().chars().take(1_024) {
            if letter.is_control() {
                shown.extend(letter.escape_default());
            } else {
                shown.push(letter);
            }
        }
        Self(shown)
    }

    /// Returns the remark.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Payload {
    /// Takes what was sent.
    ///
    /// # Errors
    ///
    /// Returns a [`TextError`] if it is longer than 1 MiB.
    pub fn new(text: impl Into<String>) -> Result<Self, TextError> {
        let text = text.into();
        if text.len() <= PAYLOAD {
            return Ok(Self(text));
        }
        Err(TextError { expected: "at most 1 MiB", found: text.len() })
    }

    /// Returns what was sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Label {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        Self::new(text)
    }
}

impl TryFrom<String> for Note {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        let short = text.chars().take(NOTE.saturating_add(1)).count() <= NOTE;
        if short && !text.chars().any(char::is_control) {
            return Ok(Self(text));
        }
        let expected = "at most 10240 characters without control characters";
        Err(TextError { expected, found: text.len() })
    }
}

impl TryFrom<String> for Payload {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        Self::new(text)
    }
}

impl From<Label> for String {
    fn from(label: Label) -> Self {
        label.0
    }
}

impl From<Note> for String {
    fn from(note: Note) -> Self {
        note.0
    }
}

impl From<Payload> for String {
    fn from(payload: Payload) -> Self {
        payload.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Payload({} bytes)", self.0.len())
    }
}
