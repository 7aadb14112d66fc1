use countersign_units::UnixMillis;
use prost::Message;
use sha2::{Digest, Sha256};

use super::wire::{Raw, Signed};

/// What a transaction on Tron that was let out is looked for by, read from its bytes alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentTronCall {
    id: [u8; 32],
    expiration: UnixMillis,
}

impl SentTronCall {
    /// Reads the bytes that are sent; `None` where they are no transaction that ends.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let signed = Signed::decode(bytes).ok()?;
        let raw = Raw::decode(signed.raw_data.as_slice()).ok()?;
        let expiration = u64::try_from(raw.expiration).ok().filter(|millis| *millis > 0)?;
        Some(Self {
            id: Sha256::digest(&signed.raw_data).into(),
            expiration: UnixMillis::new(expiration),
        })
    }

    /// Returns the id by which the chain knows it.
    pub const fn id(&self) -> &[u8; 32] {
        &self.id
    }

    /// Returns the last moment before which a block has to be, so that the next one takes it.
    pub const fn expiration(&self) -> UnixMillis {
        self.expiration
    }
}
