//! What a client is asked to sign on Solana, before it is written.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use solana_transaction::versioned::VersionedTransaction;

use super::{CosignOffer, serialize};
use crate::answer::Params;
use crate::json::Json;
use crate::payload::Style;

/// A transaction with its surroundings. Every part can be set to anything: a hostile answer
/// differs from an honest one in these parts only.
#[derive(Clone, Debug)]
pub(crate) struct CosignParams {
    pub(crate) transaction: VersionedTransaction,
    /// What is sent in place of the transaction's own bytes.
    pub(crate) bytes: Option<Vec<u8>>,
    /// What is sent in base64 besides, in place of one text alone.
    pub(crate) in_base64: Option<Vec<u8>>,
    pub(crate) recent_blockhash: String,
    pub(crate) resolver_deposit_address: String,
}

impl CosignParams {
    /// Builds what an honest counterparty asks for.
    pub(crate) fn honest(offer: &CosignOffer) -> Self {
        Self {
            transaction: offer.transaction.clone(),
            bytes: None,
            in_base64: None,
            recent_blockhash: offer.draft.blockhash.to_string(),
            resolver_deposit_address: offer.vault.to_string(),
        }
    }

    /// Returns the bytes of the transaction.
    pub(crate) fn serialize(&self) -> Vec<u8> {
        self.bytes.clone().unwrap_or_else(|| serialize(&self.transaction))
    }
}

impl Params for CosignParams {
    fn render(&self, _: Style) -> Json {
        let text = Json::from(hex::encode(self.serialize()));
        let mut params = match &self.in_base64 {
            None => Json::object([("transaction", text)]),
            Some(other) => Json::object([
                ("transaction_hex", text),
                ("transaction_base64", Json::from(STANDARD.encode(other))),
            ]),
        };
        params.push("recent_blockhash", Json::text(&self.recent_blockhash));
        params.push("resolver_deposit_address", Json::text(&self.resolver_deposit_address));
        params
    }
}
