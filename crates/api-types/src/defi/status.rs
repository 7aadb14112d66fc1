mod metadata;
mod sides;
mod state;

pub use metadata::SwapMetadata;
pub use sides::{StatusFrom, StatusTo};
pub use state::Status;

use self::metadata::iso;
use self::state::STATUS;
use super::{Profile, Wire, WriteError};
use crate::ReadError;
use crate::json::Value;
use crate::read::{Members, forms};
use crate::write::ObjectWriter;

/// Where an intent and its swap stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntentStatus {
    /// The intent's id.
    pub intent_id: String,
    /// How far the swap is.
    pub status: Status,
    /// What is paid in.
    pub from: StatusFrom,
    /// What is paid out.
    pub to: StatusTo,
    /// More about the swap; G3 has no member for it.
    pub swap: Option<SwapMetadata>,
}

impl Wire for IntentStatus {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        Ok(Self {
            intent_id: members.required(&["intent_id", "id"], &forms::ID)?,
            status: members.required(&["status"], &STATUS)?,
            from: StatusFrom::read(members)?,
            to: StatusTo::read(members)?,
            swap: SwapMetadata::read(members)?,
        })
    }

    fn to_json(&self, profile: Profile) -> Result<String, WriteError> {
        self.write(profile, ObjectWriter::new()).map(ObjectWriter::finish)
    }
}

impl IntentStatus {
    /// Writes the members of the status after those that are there.
    pub(super) fn write(
        &self,
        profile: Profile,
        body: ObjectWriter,
    ) -> Result<ObjectWriter, WriteError> {
        let body = body
            .string("intent_id", Some(&self.intent_id))
            .string("status", Some(self.status.name_in(profile)));
        if profile == Profile::G3 {
            if self.swap.is_some() {
                return Err(WriteError::Unsupported { member: "swap metadata", profile });
            }
            return Ok(body.object("from", self.from.nested()?).object("to", self.to.nested()?));
        }
        let body = self.to.flat(profile, self.from.flat(profile, body)?)?;
        Ok(body.object("swap_metadata", self.metadata()?))
    }

    fn metadata(&self) -> Result<ObjectWriter, WriteError> {
        let none = SwapMetadata::default();
        let swap = self.swap.as_ref().unwrap_or(&none);
        Ok(ObjectWriter::new()
            .string("id", swap.id.as_ref())
            .string("proxy_address", swap.proxy_address.as_ref())
            .string("user_deposit_tx", self.from.tx.as_ref())
            .string("fulfill_tx", self.to.tx.as_ref())
            .string("swap_tx", swap.swap_tx.as_ref())
            .string("created_at", iso(swap.created_at, "created_at")?)
            .string("user_deposited_at", iso(self.from.tx_at, "user_deposited_at")?)
            .string("fulfilled_at", iso(self.to.tx_at, "fulfilled_at")?)
            .string("swapped_at", iso(swap.swapped_at, "swapped_at")?)
            .string("refunded_at", iso(swap.refunded_at, "refunded_at")?))
    }
}
