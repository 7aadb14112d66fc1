//! A signed transaction that comes back: whether it is the one that was offered.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use solana_address::Address;
use solana_sdk::signature::Signature;
use solana_transaction::versioned::VersionedTransaction;

use super::CosignOffer;
use super::draft::deserialize;
use crate::json::Json;

/// What a client hands back: the transaction in hex, and who signed it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct SignedCosign {
    transaction: String,
    user_address: String,
}

/// Why a signed transaction is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CosignError {
    #[error("expected a transaction in hex")]
    Encoding,
    #[error("expected the message that was offered, found another one")]
    OtherMessage,
    #[error("expected one more signature of the user alone, found other signatures")]
    OtherSignatures,
    #[error("expected the user's address, found another one")]
    OtherUser,
}

impl SignedCosign {
    /// Reads the base64 of the JSON, as the newest dialect has it; `None` if it is none.
    pub(crate) fn from_base64(text: &str) -> Option<Self> {
        serde_json::from_slice(&STANDARD.decode(text).ok()?).ok()
    }

    /// Writes the object.
    pub(crate) fn into_json(self) -> Json {
        Json::object([
            ("transaction", Json::from(self.transaction)),
            ("user_address", Json::from(self.user_address)),
        ])
    }
}

/// Returns the transaction that came back, if it is the offered one with the user's signature.
///
/// # Errors
///
/// Returns a [`CosignError`] if anything else about it has changed.
pub(crate) fn signed_transaction(
    offer: &CosignOffer,
    signed: &SignedCosign,
) -> Result<VersionedTransaction, CosignError> {
    let bytes = hex::decode(&signed.transaction).map_err(|_| CosignError::Encoding)?;
    let transaction = deserialize(&bytes).ok_or(CosignError::Encoding)?;
    if transaction.message != offer.transaction.message {
        return Err(CosignError::OtherMessage);
    }
    if others(offer, &transaction) != others(offer, &offer.transaction) {
        return Err(CosignError::OtherSignatures);
    }
    if signed.user_address != offer.order.user.to_string() {
        return Err(CosignError::OtherUser);
    }
    Ok(transaction)
}

/// Returns the signatures of all but the user.
fn others<'a>(
    offer: &CosignOffer,
    transaction: &'a VersionedTransaction,
) -> Vec<(&'a Address, &'a Signature)> {
    let keys = transaction.message.static_account_keys().iter();
    keys.zip(&transaction.signatures).filter(|(key, _)| **key != offer.order.user).collect()
}
