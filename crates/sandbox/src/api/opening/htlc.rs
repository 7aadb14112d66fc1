//! How a swap out of Bitcoin begins: coins, an output that is locked, and the PSBT that funds it.

use alloy::primitives::B256;
use bitcoin::OutPoint;
use countersign_units::UnixSeconds;

use super::{ApiError, Dialect, invalid_address};
use crate::api::render;
use crate::bitcoin::{FundingError, Lock, Offer, Order, Payer, PsbtParams, script_of};
use crate::json::Json;
use crate::shared::State;
use crate::swap::{Addresses, Intent, Quote};
use crate::tamper::{self, PsbtScene};
use crate::{SandboxConfig, clock};

/// What a client asks for.
pub(super) struct Ask<'a> {
    pub(super) quote: &'a Quote,
    pub(super) parties: &'a Addresses,
    pub(super) dialect: Dialect,
}

/// Picks coins and writes the PSBT that an honest counterparty offers.
///
/// # Errors
///
/// Returns an [`ApiError`] if key and address don't fit, or the coins are not enough.
pub(super) fn offer(
    state: &mut State,
    config: &SandboxConfig,
    ask: &Ask<'_>,
    (deadline, secret_hash): (UnixSeconds, B256),
) -> Result<Offer, ApiError> {
    let payer = payer(state, ask)?;
    script_of(&ask.parties.refund).ok_or_else(invalid_address)?;
    let bitcoin = state.world.bitcoin();
    let locktime = deadline.saturating_add(config.refund_delay.as_secs()).value();
    let order = Order {
        payer,
        sats: ask.quote.amount.saturating_to(),
        template: config.htlc_template,
        claim_key: bitcoin.claim_key(),
        lock: Lock {
            secret_hash: secret_hash.0,
            locktime: u32::try_from(locktime).unwrap_or(u32::MAX),
        },
    };
    let now = clock::seconds(clock::now());
    let free = |coin: &OutPoint| bitcoin.promises.is_free(coin, now);
    let offer = Offer::new(&bitcoin.ledger, order, free).map_err(refused)?;
    state.world.bitcoin_mut().promises.give(&offer.psbt.unsigned_tx, deadline);
    Ok(offer)
}

/// Writes the answer that the client is given: honest, or with the configured lie.
pub(super) fn answer(
    state: &State,
    config: &SandboxConfig,
    intent: &Intent,
    offer: &Offer,
) -> Json {
    let secret_hash = B256::from(offer.lock.secret_hash).to_string();
    let mut answer = super::answer(config, intent, (secret_hash, PsbtParams::honest(offer)));
    if let Some(lie) = config.tamper {
        let now = clock::seconds(clock::now()).value();
        let scene = PsbtScene { bitcoin: state.world.bitcoin(), offer, now };
        tamper::apply_to_psbt(lie, &mut answer, &scene);
    }
    render::intent(intent.dialect, &answer)
}

/// Finds out who pays. The prefixed dialect has no member for a key, so there the sandbox knows
/// the keys of its own accounts.
fn payer(state: &State, ask: &Ask<'_>) -> Result<Payer, ApiError> {
    let address = &ask.parties.from;
    let known = || state.world.bitcoin().key_of(address);
    let key = match (&ask.parties.key, ask.dialect) {
        (Some(key), _) => Some(key.clone()),
        (None, Dialect::G1) => known(),
        (None, Dialect::G0 | Dialect::G2 | Dialect::G3) => None,
    };
    let key = key.ok_or_else(|| ApiError::invalid("body.from.public_key is required"))?;
    Payer::new(&key, address).map_err(refused)
}

fn refused(error: FundingError) -> ApiError {
    match error {
        FundingError::Balance => ApiError::unprocessable("Intent", error.to_string()),
        FundingError::Key => ApiError::unprocessable("Address", error.to_string()),
        FundingError::Output => ApiError::internal(error.to_string()),
    }
}
