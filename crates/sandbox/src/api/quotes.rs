//! `POST /v1/quotes`: a price for an amount.

use std::sync::Arc;
use std::time::Duration;

use alloy::primitives::U256;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use countersign_units::UnixMillis;
use uuid::Uuid;

use super::body::{self, QuoteBody};
use super::error::answer;
use super::{ApiError, render};
use crate::bitcoin::{DUST_SATS, LEAST_SATS};
use crate::json::Json;
use crate::market;
use crate::network::NetworkKind;
use crate::shared::{Shared, State as SandboxState};
use crate::solana::{Asset, LEAST_LAMPORTS};
use crate::swap::Quote;
use crate::world::Token;
use crate::{SandboxConfig, Tamper, clock};

/// Answers a quote request.
pub(super) async fn create(State(shared): State<Arc<Shared>>, uri: Uri, body: Bytes) -> Response {
    let result = quote(&shared, uri.path(), &body);
    answer(body::dialect(uri.path(), &body), result)
}

fn quote(shared: &Shared, path: &str, body: &[u8]) -> Result<Json, ApiError> {
    let (body, dialect) = body::read::<QuoteBody>(path, body)?;
    let config = shared.config();
    shared.change(|state| {
        let quote = price(state, config, &body)?;
        let json = render::quote(dialect, &quote);
        state.keep_quote(quote);
        Ok(json)
    })
}

fn price(
    state: &mut SandboxState,
    config: &SandboxConfig,
    body: &QuoteBody,
) -> Result<Quote, ApiError> {
    let (source, target) = (body.from.token(&state.world)?, body.to.token(&state.world)?);
    if source.listing.key == target.listing.key {
        return Err(ApiError::unprocessable("Quote", "Swap type unsupported for requested token"));
    }
    if source.is_evm_coin() {
        let message = "Permit2 moves no native token: expected a token with a contract to swap";
        return Err(ApiError::unprocessable("Quote", message));
    }
    let asked = body::amount(&body.amount, source.listing.decimals)?.value();
    let amount = if config.tamper == Some(Tamper::QuoteAmount) {
        asked.saturating_add(asked)
    } else {
        asked
    };
    let slippage_bps = body.slippage_bps()?;
    let too_large = || ApiError::unprocessable("Quote", "Swap amount is too large");
    let price = market::price(amount, source.listing, target.listing, slippage_bps)
        .ok_or_else(too_large)?;
    if source.asset.is_some() && amount > U256::from(u64::MAX) {
        return Err(too_large());
    }
    if price.minimum < least(&target, DUST_SATS) || amount < least(&source, LEAST_SATS) {
        return Err(ApiError::unprocessable("Quote", "Swap amount is too small"));
    }
    if !state.world.can_pay(&target, price.expected) {
        return Err(too_large());
    }
    Ok(Quote {
        id: Uuid::new_v4(),
        source,
        target,
        amount,
        price,
        slippage_bps,
        expires_at: expiry(config),
    })
}

/// Returns what a swap moves of a token at least.
fn least(token: &Token, sats: u64) -> U256 {
    U256::from(match token.asset {
        Some(Asset::Native) => LEAST_LAMPORTS,
        _ if token.is_on(NetworkKind::Bitcoin) => sats,
        _ => 1,
    })
}

fn expiry(config: &SandboxConfig) -> UnixMillis {
    let now = clock::now();
    match config.tamper {
        Some(Tamper::QuoteExpired) => UnixMillis::new(now.value().saturating_sub(60_000)),
        _ => later(now, config.quote_lifetime),
    }
}

fn later(moment: UnixMillis, duration: Duration) -> UnixMillis {
    let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    UnixMillis::new(moment.value().saturating_add(millis))
}
