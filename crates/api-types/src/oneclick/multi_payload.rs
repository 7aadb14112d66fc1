use super::payload::PAYLOAD;
use super::{Nep413Payload, Standard, Wire, WriteError};
use crate::json::Value;
use crate::read::{Members, forms};
use crate::write::ObjectWriter;
use crate::{RawObject, ReadError, excerpt};

/// A signed intent.
///
/// Keys are `ed25519:` and base58; signatures are `ed25519:` or `secp256k1:` and base58.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MultiPayload {
    /// A message, signed as NEP-413 says.
    Nep413 {
        /// What was signed.
        payload: Nep413Payload,
        /// Whose signature it is.
        public_key: String,
        /// The signature.
        signature: String,
    },
    /// A text, signed by a key of an EVM chain; the signature tells whose.
    Erc191 {
        /// What was signed.
        payload: String,
        /// The signature.
        signature: String,
    },
    /// A text, signed by a key of Tron; the signature tells whose.
    Tip191 {
        /// What was signed.
        payload: String,
        /// The signature.
        signature: String,
    },
    /// A text, signed by an Ed25519 key.
    RawEd25519 {
        /// What was signed.
        payload: String,
        /// Whose signature it is.
        public_key: String,
        /// The signature.
        signature: String,
    },
    /// A signed intent of a standard that this version doesn't write.
    Unknown {
        /// The standard.
        standard: Standard,
        /// The whole signed intent.
        signed: RawObject,
    },
}

impl MultiPayload {
    /// Returns the standard that the intent is signed by.
    pub fn standard(&self) -> Standard {
        match self {
            Self::Nep413 { .. } => Standard::Nep413,
            Self::Erc191 { .. } => Standard::Erc191,
            Self::Tip191 { .. } => Standard::Tip191,
            Self::RawEd25519 { .. } => Standard::RawEd25519,
            Self::Unknown { standard, .. } => standard.clone(),
        }
    }
}

impl Wire for MultiPayload {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        let text = |name| members.required(&[name], &forms::TEXT);
        let payload = || members.required(&["payload"], &PAYLOAD);
        Ok(match members.required(&["standard"], &Standard::FORM)? {
            Standard::Nep413 => Self::Nep413 {
                payload: Nep413Payload::required(members)?,
                public_key: text("public_key")?,
                signature: text("signature")?,
            },
            Standard::Erc191 => Self::Erc191 { payload: payload()?, signature: text("signature")? },
            Standard::Tip191 => Self::Tip191 { payload: payload()?, signature: text("signature")? },
            Standard::RawEd25519 => Self::RawEd25519 {
                payload: payload()?,
                public_key: text("public_key")?,
                signature: text("signature")?,
            },
            standard => {
                let signed = forms::RAW_OBJECT.read("", value)?;
                Self::Unknown { standard, signed }
            }
        })
    }

    /// Writes the signed intent, of the four standards that this version signs by.
    fn to_json(&self) -> Result<String, WriteError> {
        let body = ObjectWriter::new().string("standard", Some(self.standard().name()));
        let (body, public_key, signature) = match self {
            Self::Nep413 { payload, public_key, signature } => {
                (body.raw("payload", Some(payload.to_json()?)), Some(public_key), signature)
            }
            Self::RawEd25519 { payload, public_key, signature } => {
                (body.string("payload", Some(payload)), Some(public_key), signature)
            }
            Self::Erc191 { payload, signature } | Self::Tip191 { payload, signature } => {
                (body.string("payload", Some(payload)), None, signature)
            }
            Self::Unknown { standard, .. } => {
                let found = excerpt(standard.name(), 64);
                return Err(WriteError::UnknownWord { member: "standard", found });
            }
        };
        let body = body.string("public_key", public_key);
        Ok(body.string("signature", Some(signature)).finish())
    }
}
