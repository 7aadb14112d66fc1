use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_units::{SolanaAddress, SolanaHash};

use super::VerifiedTransfer;

/// A transfer of our own with our signature, which was verified. It can be sent as it is.
#[derive(Clone)]
pub struct SignedTransfer {
    wire: Box<[u8]>,
    signature: [u8; 64],
    owner: SolanaAddress,
    blockhash: SolanaHash,
    last_valid_block_height: u64,
}

impl SignedTransfer {
    pub(super) fn new(wire: Box<[u8]>, signature: [u8; 64], transfer: &VerifiedTransfer) -> Self {
        Self {
            wire,
            signature,
            owner: transfer.terms().approval.owner,
            blockhash: transfer.blockhash(),
            last_valid_block_height: transfer.last_valid_block_height(),
        }
    }

    /// Returns the transaction as it is sent over the wire.
    pub const fn wire(&self) -> &[u8] {
        &self.wire
    }

    /// Writes the transaction in base64, as nodes take it.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(&self.wire)
    }

    /// Returns our signature.
    pub const fn signature(&self) -> &[u8; 64] {
        &self.signature
    }

    /// Writes the transaction's name, which is its first signature, in base58.
    pub fn txid(&self) -> String {
        bs58::encode(self.signature).into_string()
    }

    /// Returns our address.
    pub const fn owner(&self) -> SolanaAddress {
        self.owner
    }

    /// Returns the blockhash that it lives by.
    pub const fn blockhash(&self) -> SolanaHash {
        self.blockhash
    }

    /// Returns the last height at which a block takes it.
    pub const fn last_valid_block_height(&self) -> u64 {
        self.last_valid_block_height
    }
}

impl fmt::Debug for SignedTransfer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SignedTransfer({} bytes, by {})", self.wire.len(), self.owner)
    }
}
