use std::fmt;
use std::sync::Arc;

use countersign_approval::{Refusal, Violation};

use crate::decode::{self, Decoded, Form};

/// A transfer that is not signed yet, as a transaction with an empty slot. Nothing about it has been
/// checked.
#[derive(Clone, PartialEq, Eq)]
pub struct TransferDraft(Arc<[u8]>);

impl TransferDraft {
    /// Takes a transaction as it is sent over the wire.
    pub fn from_transaction(wire: impl Into<Arc<[u8]>>) -> Self {
        Self(wire.into())
    }

    /// Takes a message, which is a transaction without the slot of its one signature.
    pub fn from_message(message: &[u8]) -> Self {
        const SLOT: [u8; 65] = {
            let mut slot = [0; 65];
            slot[0] = 1;
            slot
        };
        Self([&SLOT, message].concat().into())
    }

    /// Reads a transaction in hex without `0x`, or in padded base64.
    ///
    /// # Errors
    ///
    /// Returns a [`Refusal`] if the text is neither, or too long.
    pub fn from_text(text: &str) -> Result<Self, Refusal> {
        let wire = decode::from_text(text).map_err(Refusal::one)?;
        Ok(Self(wire.into()))
    }

    /// Returns the transaction as it would be sent, with an empty slot.
    pub fn as_wire(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn decode(&self) -> Result<Decoded, Violation> {
        decode::decode(self.0.to_vec(), Form::Base64)
    }
}

impl fmt::Debug for TransferDraft {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "TransferDraft({})", hex::encode(&self.0))
    }
}
