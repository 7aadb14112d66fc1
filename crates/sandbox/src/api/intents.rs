//! `POST /v1/intents`: accepts a quote and asks for an approval.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use uuid::Uuid;

use super::body::{self, IntentBody, Side};
use super::error::answer;
use super::{ApiError, Dialect, faults, opening};
use crate::json::Json;
use crate::shared::{Shared, State as SandboxState};
use crate::swap::{Addresses, Quote};
use crate::world::Token;
use crate::{Fault, SandboxConfig, Tamper, clock};

/// Answers a create request.
pub(super) async fn create(State(shared): State<Arc<Shared>>, uri: Uri, body: Bytes) -> Response {
    let dialect = body::dialect(uri.path(), &body);
    if shared.config().fault == Some(Fault::ServerError) {
        return ApiError::internal("the sandbox was told to fail").respond(dialect);
    }
    let result = accept(&shared, uri.path(), &body);
    match (shared.config().fault, result) {
        (Some(fault), Ok(json)) if fault.is_of_creating() => {
            faults::respond(fault, shared.config().lateness, json).await
        }
        (_, result) => answer(dialect, result),
    }
}

fn accept(shared: &Shared, path: &str, body: &[u8]) -> Result<Json, ApiError> {
    let (body, dialect) = body::read::<IntentBody>(path, body)?;
    let config = shared.config();
    shared.change(|state| {
        let quote = accepted_quote(state, config, &body)?;
        let accepted = opening::Accepted { quote, parties: addresses(&body, dialect)?, dialect };
        let intent = opening::open(state, config, accepted)?;
        let json = intent.answer.clone();
        state.keep_intent(intent);
        Ok(json)
    })
}

/// Finds the quote that the client accepts, and sees that it stands and that the client means it.
///
/// A counterparty that lied about the quote itself asks no questions.
fn accepted_quote(
    state: &SandboxState,
    config: &SandboxConfig,
    body: &IntentBody,
) -> Result<Quote, ApiError> {
    let id =
        body.quote_id.as_deref().ok_or_else(|| ApiError::invalid("body.quote_id is required"))?;
    let quote = id.parse().ok().and_then(|id: Uuid| state.quote(id));
    let quote = quote.ok_or_else(|| ApiError::not_found("Quote"))?.clone();
    let lied = matches!(config.tamper, Some(Tamper::QuoteAmount | Tamper::QuoteExpired));
    let refused = |entity, reason: &str| {
        ApiError::unprocessable(entity, format!("Intent couldn't be processed: {reason}"))
    };
    if !lied && quote.expires_at < clock::now() {
        return Err(refused("Quote", "the quote has expired"));
    }
    if !lied && !means(state, body, &quote)? {
        return Err(refused("Intent", "it differs from the quote"));
    }
    Ok(quote)
}

/// Says whether what a body repeats of a quote is what the quote says.
fn means(state: &SandboxState, body: &IntentBody, quote: &Quote) -> Result<bool, ApiError> {
    let same_token = |side: &Side, token: &Token| -> Result<bool, ApiError> {
        Ok(!side.names_token() || side.token(&state.world)?.listing.key == token.listing.key)
    };
    let decimals = quote.source.listing.decimals;
    let amount = body.amount.as_deref().map(|amount| body::amount(amount, decimals)).transpose()?;
    Ok(same_token(&body.from, &quote.source)?
        && same_token(&body.to, &quote.target)?
        && amount.is_none_or(|amount| amount.value() == quote.amount)
        && body.slippage_bps()?.is_none_or(|bps| bps == quote.slippage_bps))
}

fn addresses(body: &IntentBody, dialect: Dialect) -> Result<Addresses, ApiError> {
    let required = |address: &Option<String>, member: &str| {
        address.clone().ok_or_else(|| ApiError::invalid(format!("body.{member} is required")))
    };
    let refund = match dialect {
        Dialect::G0 | Dialect::G1 | Dialect::G2 => {
            required(&body.refund_address, "refund_address")?
        }
        Dialect::G3 => required(&body.from.refund_address, "from.refund_address")?,
    };
    Ok(Addresses {
        from: required(&body.from.address, "from.address")?,
        to: required(&body.to.address, "to.address")?,
        refund,
        key: body.from.public_key.clone(),
    })
}
