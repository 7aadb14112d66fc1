use std::fmt;

use bitcoin::hashes::Hash as _;
use bitcoin::{OutPoint, TxIn};
use countersign_approval::CoinId;

/// A transaction of our own as somebody drafted it: its bytes without witnesses. Nothing about it
/// has been checked.
#[derive(Clone, PartialEq, Eq)]
pub struct PaymentDraft(Box<[u8]>);

/// A text is no draft.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a transaction without witnesses in hex")]
pub struct ParseDraftError;

impl PaymentDraft {
    /// Takes the bytes of a transaction, unread.
    pub fn from_bytes(bytes: impl Into<Box<[u8]>>) -> Self {
        Self(bytes.into())
    }

    /// Takes the bytes of a transaction in hex, unread.
    ///
    /// # Errors
    ///
    /// Returns [`ParseDraftError`] if the text is not hex.
    pub fn from_hex(text: &str) -> Result<Self, ParseDraftError> {
        hex::decode(text).map(Self::from_bytes).map_err(|_| ParseDraftError)
    }

    /// Returns the bytes.
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the coins that it spends, in their order; none where it can't be read.
    pub fn spends(&self) -> Vec<CoinId> {
        let tx = super::judge::read(self);
        let id = |input: &TxIn| {
            let OutPoint { txid, vout } = input.previous_output;
            CoinId { txid: txid.to_byte_array(), vout }
        };
        tx.map(|tx| tx.input.iter().map(id).collect()).unwrap_or_default()
    }

    /// Writes the bytes in hex.
    pub fn to_hex(&self) -> String {
        hex::encode(&self.0)
    }
}

impl fmt::Debug for PaymentDraft {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PaymentDraft({} bytes)", self.0.len())
    }
}
