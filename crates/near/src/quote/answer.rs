use std::fmt;

/// A quote as the API answered it. Nothing about it has been checked.
///
/// Either the answer to a request for a quote, or the answer about a swap's status that repeats it
/// as `quoteResponse`. The latter leaves members of the request out; what we sent is put back.
#[derive(Clone)]
pub struct QuoteAnswer(Box<str>);

impl QuoteAnswer {
    /// Takes the JSON text of an answer, unread.
    pub fn new(json: impl Into<Box<str>>) -> Self {
        Self(json.into())
    }

    /// Returns the JSON text.
    pub fn as_json(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for QuoteAnswer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "QuoteAnswer({} bytes)", self.0.len())
    }
}
