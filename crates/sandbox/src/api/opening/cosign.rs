//! Intents out of Solana: the transaction that is to be co-signed.

use super::{ApiError, invalid_address};
use crate::api::render;
use crate::json::Json;
use crate::shared::State;
use crate::solana::{Asset, CosignOffer, CosignOrder, CosignParams, read_address};
use crate::swap::{Addresses, Intent, Quote, hash_secret};
use crate::tamper::{self, CosignScene};
use crate::{SandboxConfig, clock};

/// Writes the transaction that an honest counterparty offers.
///
/// # Errors
///
/// Returns an [`ApiError`] if an address is none, or key and address don't fit.
pub(super) fn offer(
    state: &mut State,
    config: &SandboxConfig,
    (quote, parties): (&Quote, &Addresses),
    asset: Asset,
) -> Result<CosignOffer, ApiError> {
    let user = read_address(&parties.from).ok_or_else(invalid_address)?;
    read_address(&parties.refund).ok_or_else(invalid_address)?;
    if parties.key.as_deref().is_some_and(|key| read_key(key) != Some(user.to_bytes())) {
        let message = "Invalid public key: expected the one that the address is";
        return Err(ApiError::unprocessable("Address", message));
    }
    let order = CosignOrder {
        user,
        asset,
        amount: quote.amount.saturating_to(),
        form: config.cosign_form,
        sponsor_signs: config.sponsor_signs,
    };
    let now = clock::seconds(clock::now());
    CosignOffer::new(state.world.solana_mut(), now, order)
        .map_err(|error| ApiError::internal(error.to_string()))
}

/// Writes the answer that the client is given: honest, or with the configured lie.
pub(super) fn answer(
    state: &mut State,
    config: &SandboxConfig,
    intent: &Intent,
    offer: &CosignOffer,
) -> Json {
    let secret_hash = hash_secret(intent.secret).to_string();
    let mut answer = super::answer(config, intent, (secret_hash, CosignParams::honest(offer)));
    if let Some(lie) = config.tamper {
        let now = clock::seconds(clock::now());
        let mut scene = CosignScene { solana: state.world.solana_mut(), offer, now };
        tamper::apply_to_cosign(lie, &mut answer, &mut scene);
    }
    render::intent(intent.dialect, &answer)
}

/// Reads a public key: in base58, as addresses are, or in hex.
fn read_key(text: &str) -> Option<[u8; 32]> {
    let in_hex = || hex::decode(text).ok()?.try_into().ok();
    read_address(text).map(|address| address.to_bytes()).or_else(in_hex)
}
