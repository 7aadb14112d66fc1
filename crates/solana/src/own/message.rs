use std::fmt;

/// The bytes of a message of our own, which is what a signer of Solana signs as they are.
///
/// Anyone may read them; only this crate makes one, out of a transfer that was compared with its
/// terms.
#[derive(Clone, PartialEq, Eq)]
pub struct TransferMessage(Box<[u8]>);

impl TransferMessage {
    pub(super) fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// Returns the bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for TransferMessage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "TransferMessage({})", hex::encode(&self.0))
    }
}
