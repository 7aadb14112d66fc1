use super::timestamp::TIMESTAMP;
use super::{QuoteResponse, SwapDetails, SwapStatus, Timestamp, Wire, WriteError};
use crate::json::Value;
use crate::read::{Members, forms};
use crate::write::ObjectWriter;
use crate::{RawObject, ReadError};

/// Where a swap stands. The API doesn't sign it.
///
/// Only the status itself is sure to be there: of confidential swaps Aurora tells nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusResponse {
    /// How far the swap is.
    pub status: SwapStatus,
    /// When that changed last.
    pub updated_at: Option<Timestamp>,
    /// The API's id of the answer, for its support.
    pub correlation_id: Option<String>,
    /// What happened so far.
    pub swap_details: Option<SwapDetails>,
    /// The quote, as text: a swap can be followed without it.
    ///
    /// Its request is another than the quote's own echo: some members are missing and some `null`.
    pub quote_response: Option<RawObject>,
}

impl StatusResponse {
    /// Reads the quote that the status is about, if it tells one.
    ///
    /// # Errors
    ///
    /// Returns a [`ReadError`] if the quote can't be read.
    pub fn quote(&self) -> Result<Option<QuoteResponse>, ReadError> {
        let text = self.quote_response.as_ref().map(RawObject::as_str);
        let quote = text.map(QuoteResponse::from_json).transpose();
        quote.map_err(|error| error.within("quoteResponse"))
    }
}

impl Wire for StatusResponse {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        Ok(Self {
            status: members.required(&["status"], &SwapStatus::FORM)?,
            updated_at: members.optional(&["updatedAt"], &TIMESTAMP)?,
            correlation_id: members.optional(&["correlationId"], &forms::TEXT)?,
            swap_details: members.part("swapDetails", SwapDetails::from_value)?,
            quote_response: members.optional(&["quoteResponse"], &forms::RAW_OBJECT)?,
        })
    }

    fn to_json(&self) -> Result<String, WriteError> {
        let details = self.swap_details.as_ref().map(SwapDetails::to_json).transpose()?;
        Ok(ObjectWriter::new()
            .string("status", Some(self.status.name()))
            .string("updatedAt", self.updated_at.as_ref())
            .string("correlationId", self.correlation_id.as_ref())
            .raw("swapDetails", details)
            .raw("quoteResponse", self.quote_response.as_ref().map(RawObject::as_str))
            .finish())
    }
}
