use std::fmt;

use super::transaction::Transaction;
use super::{GasPrice, VerifiedCall};
use crate::keccak::keccak;
use crate::{SignatureError, UncheckedSignature};

/// The hash of a verified transaction of our own: what a key signs.
///
/// Its bytes may be read by anyone. Only [`verify_call`](crate::verify_call) and
/// [`verify_tron_call`](crate::verify_tron_call) make one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CallSighash([u8; 32]);

impl CallSighash {
    pub(crate) const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for CallSighash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "0x{}", hex::encode(self.0))
    }
}

impl fmt::Debug for CallSighash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// A transaction with a signature that recovers to its owner, as the bytes that are sent.
///
/// Whoever has them can send it. `Display` writes them in hex, `Debug` shows the hash alone.
#[derive(Clone, PartialEq, Eq)]
#[must_use = "a transaction that is dropped has still been signed"]
pub struct SignedCall {
    bytes: Vec<u8>,
    hash: [u8; 32],
}

impl SignedCall {
    /// Recovers the signer, and lets the transaction out if it is the owner.
    pub(super) fn check(
        call: &VerifiedCall,
        unchecked: &UncheckedSignature,
    ) -> Result<Self, SignatureError> {
        unchecked.check(call.sighash().as_bytes(), call.call().owner())?;
        let bytes = call.judgement().transaction().signed(unchecked);
        let hash = keccak(&bytes);
        Ok(Self { bytes, hash })
    }

    /// Returns the bytes that are sent: `02` and the list of twelve members.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the hash by which the chain knows the transaction.
    pub const fn hash(&self) -> &[u8; 32] {
        &self.hash
    }
}

/// What a transaction of our own that was signed before takes: what another one needs to know that is
/// to be mined in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SentCall {
    /// Its account nonce.
    pub account_nonce: u64,
    /// What it offers for a unit of gas.
    pub price: GasPrice,
}

impl SentCall {
    /// Reads the bytes that are sent; nothing of what is no transaction of EIP-1559.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let sent = Transaction::decode_signed(bytes)?;
        let price = GasPrice {
            max_fee_per_gas: sent.max_fee_per_gas.try_into().ok()?,
            max_priority_fee_per_gas: sent.max_priority_fee_per_gas.try_into().ok()?,
        };
        Some(Self { account_nonce: sent.nonce.try_into().ok()?, price })
    }
}

impl fmt::Display for SignedCall {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "0x{}", hex::encode(&self.bytes))
    }
}

impl fmt::Debug for SignedCall {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SignedCall(0x{})", hex::encode(self.hash))
    }
}
