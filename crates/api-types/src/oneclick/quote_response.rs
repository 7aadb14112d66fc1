use super::timestamp::TIMESTAMP;
use super::{Exact, Quote, QuoteRequest, Timestamp, Wire, WriteError};
use crate::ReadError;
use crate::json::Value;
use crate::read::{Members, forms};
use crate::write::ObjectWriter;

/// A quote with the request that it answers, and the API's signature over parts of both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuoteResponse {
    /// The API's id of the answer, for its support.
    pub correlation_id: Option<String>,
    /// When the quote was made; the signature covers its text.
    pub timestamp: Timestamp,
    /// The signature, `ed25519:` and base58. Nothing here says that it holds.
    pub signature: String,
    /// The request as the API took it, with its text.
    pub quote_request: Exact<QuoteRequest>,
    /// The quote, with its text.
    pub quote: Exact<Quote>,
}

impl Wire for QuoteResponse {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        let missing = |name| ReadError::member(name, "an object", None);
        let request = members.part("quoteRequest", Exact::from_value)?;
        let quote = members.part("quote", Exact::from_value)?;
        Ok(Self {
            correlation_id: members.optional(&["correlationId"], &forms::TEXT)?,
            timestamp: members.required(&["timestamp"], &TIMESTAMP)?,
            signature: members.required(&["signature"], &forms::TEXT)?,
            quote_request: request.ok_or_else(|| missing("quoteRequest"))?,
            quote: quote.ok_or_else(|| missing("quote"))?,
        })
    }

    /// Writes the response: both halves as they came, of the rest what is read.
    fn to_json(&self) -> Result<String, WriteError> {
        Ok(ObjectWriter::new()
            .string("correlationId", self.correlation_id.as_ref())
            .string("timestamp", Some(&self.timestamp))
            .string("signature", Some(&self.signature))
            .raw("quoteRequest", Some(self.quote_request.to_json()?))
            .raw("quote", Some(self.quote.to_json()?))
            .finish())
    }
}
