use super::{Standard, Wire, WriteError};
use crate::json::Value;
use crate::read::{Form, Members, forms};
use crate::write::ObjectWriter;
use crate::{RawObject, ReadError};

/// An intent that waits for a signature: what is signed, byte for byte.
///
/// Nothing about it has been checked, and the API doesn't sign it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IntentPayload {
    /// A message with its nonce and recipient.
    Nep413(Nep413Payload),
    /// A text for a key of an EVM chain.
    Erc191(String),
    /// A text for a key of Tron.
    Tip191(String),
    /// A text for an Ed25519 key.
    RawEd25519(String),
    /// A payload that this version can't sign, with the standard it is for.
    Unknown {
        /// The standard.
        standard: Standard,
        /// The whole intent, with `standard` and `payload`.
        intent: RawObject,
    },
}

/// What a NEP-413 signature covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nep413Payload {
    /// The message: the intents, as JSON.
    pub message: String,
    /// The nonce: 32 bytes in base64.
    pub nonce: String,
    /// Who the message is for: the contract that carries the intents out.
    pub recipient: String,
    /// Where a wallet returns to.
    pub callback_url: Option<String>,
    /// Whether the text had members beyond these four, which nobody would sign.
    pub has_more: bool,
}

impl IntentPayload {
    /// Returns the standard that the payload is for.
    pub fn standard(&self) -> Standard {
        match self {
            Self::Nep413(_) => Standard::Nep413,
            Self::Erc191(_) => Standard::Erc191,
            Self::Tip191(_) => Standard::Tip191,
            Self::RawEd25519(_) => Standard::RawEd25519,
            Self::Unknown { standard, .. } => standard.clone(),
        }
    }
}

/// The text that is signed.
pub(super) const PAYLOAD: Form<String> =
    Form::new("a payload as a string", |value| value.as_str().map(str::to_owned));

impl Wire for IntentPayload {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        let text = || members.required(&["payload"], &PAYLOAD);
        Ok(match members.required(&["standard"], &Standard::FORM)? {
            Standard::Nep413 => Self::Nep413(Nep413Payload::required(members)?),
            Standard::Erc191 => Self::Erc191(text()?),
            Standard::Tip191 => Self::Tip191(text()?),
            Standard::RawEd25519 => Self::RawEd25519(text()?),
            standard => {
                let intent = forms::RAW_OBJECT.read("", value)?;
                Self::Unknown { standard, intent }
            }
        })
    }

    fn to_json(&self) -> Result<String, WriteError> {
        let body = ObjectWriter::new().string("standard", Some(self.standard().name()));
        Ok(match self {
            Self::Nep413(payload) => body.raw("payload", Some(payload.to_json()?)),
            Self::Erc191(text) | Self::Tip191(text) | Self::RawEd25519(text) => {
                body.string("payload", Some(text))
            }
            Self::Unknown { intent, .. } => return Ok(intent.as_str().to_owned()),
        }
        .finish())
    }
}

impl Nep413Payload {
    pub(super) fn required(members: Members<'_, '_>) -> Result<Self, ReadError> {
        let payload = members.part("payload", Self::from_value)?;
        payload.ok_or_else(|| ReadError::member("payload", "an object", None))
    }
}

impl Wire for Nep413Payload {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        const KNOWN: [&str; 4] = ["message", "nonce", "recipient", "callbackUrl"];
        let members = Members::of(value)?;
        let object = value.as_object();
        let has_more =
            object.is_some_and(|object| object.members().any(|(name, _)| !KNOWN.contains(&name)));
        Ok(Self {
            message: members.required(&["message"], &forms::TEXT)?,
            nonce: members.required(&["nonce"], &forms::TEXT)?,
            recipient: members.required(&["recipient"], &forms::TEXT)?,
            callback_url: members.optional(&["callbackUrl"], &forms::TEXT)?,
            has_more,
        })
    }

    fn to_json(&self) -> Result<String, WriteError> {
        if self.has_more {
            return Err(WriteError::Unsupported { member: "more in a NEP-413 payload" });
        }
        Ok(ObjectWriter::new()
            .string("message", Some(&self.message))
            .string("nonce", Some(&self.nonce))
            .string("recipient", Some(&self.recipient))
            .string("callbackUrl", self.callback_url.as_ref())
            .finish())
    }
}
