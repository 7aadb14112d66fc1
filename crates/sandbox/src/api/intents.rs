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
use crate::{Fault, clock};

/// Answers a create request.
pub(super) async fn create(State(shared): State<Arc<Shared>>, uri: Uri, body: Bytes) -> Response {
    let dialect = body::dialect(uri.path(), &body);
    if shared.config().fault == Some(Fault::ServerError) {
        return ApiError::internal("the sandbox was told to fail").respond(dialect);
    }
    let result = accept(&shared, uri.path(), &body);
    match (shared.config().fault, result) {
        (Some(fault), Ok(json)) => faults::respond(fault, shared.config().lateness, json).await,
        (_, result) => answer(dialect, result),
    }
}

fn accept(shared: &Shared, path: &str, body: &[u8]) -> Result<Json, ApiError> {
    let (body, dialect) = body::read::<IntentBody>(path, body)?;
    let config = shared.config();
    shared.change(|state| {
        let quote = accepted_quote(state, &body)?;
        let accepted = opening::Accepted { quote, parties: addresses(&body, dialect)?, dialect };
        let intent = opening::open(state, config, accepted)?;
        let json = intent.answer.clone();
        state.keep_intent(intent);
        Ok(json)
    })
}

/// Finds the quote that the client accepts, and sees that it means the same one.
fn accepted_quote(state: &SandboxState, body: &IntentBody) -> Result<Quote, ApiError> {
    let id =
        body.quote_id.as_deref().ok_or_else(|| ApiError::invalid("body.quote_id is required"))?;
    let quote = id.parse().ok().and_then(|id: Uuid| state.quote(id));
    let quote = quote.ok_or_else(|| ApiError::not_found("Quote"))?.clone();
    if quote.expires_at < clock::now() {
        return Err(ApiError::unprocessable(
            "Quote",
            "Intent couldn't be processed: the quote has expired",
        ));
    }
    let same_token = |side: &Side, token: &Token| -> Result<bool, ApiError> {
        Ok(!side.names_token() || side.token(&state.world)?.listing.key == token.listing.key)
    };
    let same_amount = match &body.amount {
        Some(amount) => {
            body::amount(amount, quote.source.listing.decimals)?.value() == quote.amount
        }
        None => true,
    };
    let same_slippage = body.slippage_bps()?.is_none_or(|bps| bps == quote.slippage_bps);
    if same_token(&body.from, &quote.source)?
        && same_token(&body.to, &quote.target)?
        && same_amount
        && same_slippage
    {
        return Ok(quote);
    }
    Err(ApiError::unprocessable(
        "Intent",
        "Intent couldn't be processed: it differs from the quote",
    ))
}

fn addresses(body: &IntentBody, dialect: Dialect) -> Result<Addresses, ApiError> {
    let required = |address: &Option<String>, member: &str| {
        address.clone().ok_or_else(|| ApiError::invalid(format!("body.{member} is required")))
    };
    let refund = match dialect {
        Dialect::G1 | Dialect::G2 => required(&body.refund_address, "refund_address")?,
        Dialect::G3 => required(&body.from.refund_address, "from.refund_address")?,
    };
    Ok(Addresses {
        from: required(&body.from.address, "from.address")?,
        to: required(&body.to.address, "to.address")?,
        refund,
    })
}
