use std::fmt;

use base64::prelude::{BASE64_STANDARD, Engine as _};

use super::mechanism::{self, MECHANISM};
use super::{Mechanism, Profile, Wire, WriteError};
use crate::ReadError;
use crate::json::{self, Value};
use crate::read::{Members, forms};
use crate::write::ObjectWriter;

/// Where the signed data of an approval is.
const SIGNED_DATA: &str = "signed_data";

/// A signed approval: the mechanism and what it signed are one value.
///
/// Its `Debug` form shows no signature.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ApprovalSubmission {
    /// A Permit2 signature.
    Permit2 {
        /// `0x` and 130 hex digits: r, s and v.
        signature: String,
    },
    /// A signed PSBT.
    Htlc {
        /// The PSBT in base64.
        psbt: String,
    },
    /// A transaction with our signature in its slot.
    Cosign {
        /// The whole transaction as hex digits, without `0x`.
        transaction: String,
        /// The account that signed, in base58.
        user_address: String,
    },
}

/// The API's answer to an approval.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddedApproval {
    /// The intent that it was added to, where the API repeats it.
    pub intent_id: Option<String>,
}

impl ApprovalSubmission {
    /// Returns the mechanism.
    pub const fn mechanism(&self) -> Mechanism {
        match self {
            Self::Permit2 { .. } => Mechanism::Permit2,
            Self::Htlc { .. } => Mechanism::Htlc,
            Self::Cosign { .. } => Mechanism::Cosign,
        }
    }

    fn read_cosign(value: &Value<'_>) -> Result<Self, ReadError> {
        let Some(encoded) = value.as_str() else { return Self::read_cosign_object(value) };
        let bytes = BASE64_STANDARD.decode(encoded).ok();
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        let expected = "an object, or base64 of its JSON";
        let text = text.ok_or_else(|| ReadError::member("", expected, Some(value)))?;
        Self::read_cosign_object(&json::parse(&text)?)
    }

    fn read_cosign_object(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        Ok(Self::Cosign {
            transaction: members.required(&["transaction"], &forms::TEXT)?,
            user_address: members.required(&["user_address"], &forms::TEXT)?,
        })
    }
}

impl Wire for ApprovalSubmission {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        let text = || members.required(&[SIGNED_DATA], &forms::TEXT);
        match members.required(mechanism::PATHS, &MECHANISM)? {
            Mechanism::Permit2 => Ok(Self::Permit2 { signature: text()? }),
            Mechanism::Htlc => Ok(Self::Htlc { psbt: text()? }),
            Mechanism::Cosign => members
                .part(SIGNED_DATA, Self::read_cosign)?
                .ok_or_else(|| ReadError::member(SIGNED_DATA, "a signed transaction", None)),
            Mechanism::Unknown(name) => Err(ReadError::Member {
                path: "approval_type".to_owned(),
                expected: "permit2, htlc, psbt or cosign",
                found: crate::excerpt(&name, 64),
            }),
        }
    }

    fn to_json(&self, profile: Profile) -> Result<String, WriteError> {
        let mechanism = self.mechanism();
        let name = if profile == Profile::G0 { "type" } else { "approval_type" };
        let body = ObjectWriter::new().string(name, Some(mechanism.submitted_name(profile)));
        let body = match self {
            Self::Permit2 { signature: text } | Self::Htlc { psbt: text } => {
                body.string(SIGNED_DATA, Some(text))
            }
            Self::Cosign { transaction, user_address } => {
                let signed = ObjectWriter::new()
                    .string("transaction", Some(transaction))
                    .string("user_address", Some(user_address));
                match profile {
                    Profile::G0 | Profile::G1 | Profile::G2 => body.object(SIGNED_DATA, signed),
                    Profile::G3 => {
                        body.string(SIGNED_DATA, Some(BASE64_STANDARD.encode(signed.finish())))
                    }
                }
            }
        };
        Ok(body.finish())
    }
}

impl fmt::Debug for ApprovalSubmission {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ApprovalSubmission")
            .field("mechanism", &self.mechanism())
            .finish_non_exhaustive()
    }
}

impl Wire for AddedApproval {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        if value.is_null() {
            return Ok(Self::default());
        }
        let members = Members::of(value)?;
        Ok(Self { intent_id: members.optional(&["intent_id", "id"], &forms::ID)? })
    }

    /// Reads the answer; an empty text is one, too.
    fn from_json(text: &str) -> Result<Self, ReadError> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        Self::from_value(&json::parse(text)?)
    }

    /// Writes the answer: in G0 it is `null` and holds no id.
    fn to_json(&self, profile: Profile) -> Result<String, WriteError> {
        let name = match profile {
            Profile::G0 => {
                profile.check_absent(self.intent_id.is_some(), "intent id")?;
                return Ok("null".to_owned());
            }
            Profile::G1 | Profile::G2 => "id",
            Profile::G3 => "intent_id",
        };
        Ok(ObjectWriter::new().string(name, self.intent_id.as_ref()).finish())
    }
}
