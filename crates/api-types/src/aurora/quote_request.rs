use std::ops::Deref;

use crate::ReadError;
use crate::json::Value;
use crate::oneclick::{
    DepositType, QuoteOptions, QuoteRequest as OneClickRequest, Wire, WriteError,
};

/// A request for a quote that Aurora takes: one with no member that it doesn't know.
///
/// Fees come from the API key's settings and not from the request. A deadline is always there,
/// though Aurora would set one itself.
///
/// # Examples
///
/// ```
/// use countersign_api_types::aurora;
/// use countersign_api_types::oneclick::{QuoteOptions, QuoteRequest, WriteError};
///
/// fn for_aurora(request: QuoteRequest) -> Result<aurora::QuoteRequest, WriteError> {
///     let options = QuoteOptions { referral: None, ..request.options };
///     aurora::QuoteRequest::new(QuoteRequest { options, ..request })
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuoteRequest(OneClickRequest);

impl QuoteRequest {
    /// Takes a request as it would be sent to 1Click.
    ///
    /// # Errors
    ///
    /// Returns a [`WriteError`] if a part of the request has no member at Aurora: fees, referral,
    /// rebates, a message for the recipient, confidentiality, insurance.
    pub fn new(request: OneClickRequest) -> Result<Self, WriteError> {
        let QuoteOptions { referral, app_fees, custom_recipient_msg, .. } = &request.options;
        let QuoteOptions { confidentiality, rebates, insured, .. } = &request.options;
        let confidential = [
            request.deposit_type.name(),
            request.refund_type.name(),
            request.recipient_type.name(),
        ];
        let confidential = confidential.contains(&DepositType::ConfidentialIntents.name());
        let unsupported = [
            ("appFees", !app_fees.is_empty()),
            ("referral", referral.is_some()),
            ("customRecipientMsg", custom_recipient_msg.is_some()),
            ("confidentiality", confidentiality.is_some()),
            ("confidential account", confidential),
            ("rebates", !rebates.is_empty()),
            ("insured", insured.is_some()),
        ];
        match unsupported.into_iter().find(|(_, found)| *found) {
            Some((member, _)) => Err(WriteError::Unsupported { member }),
            None => Ok(Self(request)),
        }
    }

    /// Takes the request as it would be sent to 1Click.
    pub fn into_inner(self) -> OneClickRequest {
        self.0
    }
}

impl Deref for QuoteRequest {
    type Target = OneClickRequest;

    fn deref(&self) -> &OneClickRequest {
        &self.0
    }
}

impl TryFrom<OneClickRequest> for QuoteRequest {
    type Error = WriteError;

    fn try_from(request: OneClickRequest) -> Result<Self, Self::Error> {
        Self::new(request)
    }
}

impl Wire for QuoteRequest {
    /// Reads a request; one with more than Aurora takes is refused.
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let request = OneClickRequest::from_value(value)?;
        Self::new(request).map_err(|error| {
            let found = match error {
                WriteError::Unsupported { member } => member.to_owned(),
                WriteError::UnknownWord { found, .. } => found,
            };
            let expected = "only members that Aurora knows";
            ReadError::Member { path: String::new(), expected, found }
        })
    }

    fn to_json(&self) -> Result<String, WriteError> {
        self.0.to_json()
    }
}
