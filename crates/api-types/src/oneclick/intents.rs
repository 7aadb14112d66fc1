use super::{IntentPayload, MultiPayload, Standard, Wire, WriteError};
use crate::ReadError;
use crate::json::Value;
use crate::read::{Form, Members, forms};
use crate::write::ObjectWriter;

/// The only type of intent there is.
const SWAP_TRANSFER: &str = "swap_transfer";

const TYPE: Form<()> = Form::new("the type swap_transfer", |value| {
    value.as_str().filter(|name| *name == SWAP_TRANSFER).map(|_| ())
});

/// Asks for an intent that moves the amount of a quote to its deposit address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenerateIntentRequest {
    /// How it is to be signed.
    pub standard: Standard,
    /// The account inside NEAR Intents that pays.
    pub signer_id: String,
    /// The quote's deposit address.
    pub deposit_address: String,
}

/// An intent that waits for a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedIntent {
    /// What is to be signed.
    pub intent: IntentPayload,
    /// The API's id of the answer, for its support.
    pub correlation_id: Option<String>,
}

/// Hands in a signed intent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmitIntentRequest {
    /// The intent with its signature.
    pub signed_data: MultiPayload,
}

/// The answer to a signed intent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmittedIntent {
    /// The intent's hash, in base58.
    pub intent_hash: String,
    /// The API's id of the answer, for its support.
    pub correlation_id: Option<String>,
}

impl Wire for GenerateIntentRequest {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        members.required(&["type"], &TYPE)?;
        Ok(Self {
            standard: members.required(&["standard"], &Standard::FORM)?,
            signer_id: members.required(&["signerId"], &forms::TEXT)?,
            deposit_address: members.required(&["depositAddress"], &forms::TEXT)?,
        })
    }

    fn to_json(&self) -> Result<String, WriteError> {
        Ok(ObjectWriter::new()
            .string("type", Some(SWAP_TRANSFER))
            .string("standard", Some(self.standard.known("standard")?))
            .string("signerId", Some(&self.signer_id))
            .string("depositAddress", Some(&self.deposit_address))
            .finish())
    }
}

impl Wire for GeneratedIntent {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        let intent = members.part("intent", IntentPayload::from_value)?;
        Ok(Self {
            intent: intent.ok_or_else(|| ReadError::member("intent", "an object", None))?,
            correlation_id: members.optional(&["correlationId"], &forms::TEXT)?,
        })
    }

    fn to_json(&self) -> Result<String, WriteError> {
        let body = ObjectWriter::new().raw("intent", Some(self.intent.to_json()?));
        Ok(body.string("correlationId", self.correlation_id.as_ref()).finish())
    }
}

impl Wire for SubmitIntentRequest {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        members.required(&["type"], &TYPE)?;
        let signed = members.part("signedData", MultiPayload::from_value)?;
        let missing = || ReadError::member("signedData", "an object", None);
        Ok(Self { signed_data: signed.ok_or_else(missing)? })
    }

    fn to_json(&self) -> Result<String, WriteError> {
        let body = ObjectWriter::new().string("type", Some(SWAP_TRANSFER));
        Ok(body.raw("signedData", Some(self.signed_data.to_json()?)).finish())
    }
}

impl Wire for SubmittedIntent {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        Ok(Self {
            intent_hash: members.required(&["intentHash"], &forms::TEXT)?,
            correlation_id: members.optional(&["correlationId"], &forms::TEXT)?,
        })
    }

    fn to_json(&self) -> Result<String, WriteError> {
        let body = ObjectWriter::new().string("intentHash", Some(&self.intent_hash));
        Ok(body.string("correlationId", self.correlation_id.as_ref()).finish())
    }
}
