use countersign_units::Bps;

use super::number::{BPS, WHOLE};
use super::{Wire, WriteError};
use crate::ReadError;
use crate::json::Value;
use crate::read::{Members, forms};
use crate::write::ObjectWriter;

/// A fee that is taken from the amount paid in.
///
/// An echo may show fees that were not in the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppFee {
    /// The account inside NEAR Intents that gets it.
    pub recipient: String,
    /// How large it is.
    pub fee: Bps,
}

/// A share that goes to a confidential account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebate {
    /// The account that gets it.
    pub recipient: String,
    /// How many percent; all shares make 100.
    pub share: u64,
}

impl Wire for AppFee {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        Ok(Self {
            recipient: members.required(&["recipient"], &forms::TEXT)?,
            fee: members.required(&["fee"], &BPS)?,
        })
    }

    fn to_json(&self) -> Result<String, WriteError> {
        let body = ObjectWriter::new().string("recipient", Some(&self.recipient));
        Ok(body.plain("fee", Some(self.fee)).finish())
    }
}

impl Wire for Rebate {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        Ok(Self {
            recipient: members.required(&["recipient"], &forms::TEXT)?,
            share: members.required(&["share"], &WHOLE)?,
        })
    }

    fn to_json(&self) -> Result<String, WriteError> {
        let body = ObjectWriter::new().string("recipient", Some(&self.recipient));
        Ok(body.plain("share", Some(self.share)).finish())
    }
}
