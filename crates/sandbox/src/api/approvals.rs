//! `POST /v1/intents/{id}/approvals`: takes a signature and has the chain judge it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use countersign_units::UnixMillis;
use uuid::Uuid;

use super::body::{self, ApprovalBody};
use super::error::answer;
use super::{ApiError, Dialect, faults};
use crate::bitcoin::{Offer, signed_transaction};
use crate::chain::{ChainError, Deposit};
use crate::json::Json;
use crate::shared::{Shared, State as SandboxState};
use crate::solana::{self, CosignOffer, SignedCosign};
use crate::swap::{Event, Funding, Intent, Status};
use crate::world::{Shortage, Token};
use crate::{Fault, clock};

/// Answers an approval.
pub(super) async fn add(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    uri: Uri,
    body: Bytes,
) -> Response {
    let asked = Dialect::from_path(uri.path());
    let Some(id) = id.parse().ok().filter(|id| shared.read(|state| state.intent(*id).is_some()))
    else {
        return ApiError::not_found("Intent").respond(asked);
    };
    let fault = shared.config().fault;
    if fault == Some(Fault::SubmitDeclinedFirst) && shared.change(|state| declines(state, id)) {
        return faults::unavailable();
    }
    let dialect = shared.read(|state| state.intent(id).map_or(asked, |intent| intent.dialect));
    let result = body::read::<ApprovalBody>(uri.path(), &body)
        .and_then(|(body, _)| shared.change(|state| counted(state, id, &body)));
    let anew = matches!(result, Ok(Approved { anew: true, .. }));
    if anew {
        Shared::follow(&shared, id);
    }
    let taken = result.is_ok();
    let response = match result {
        // The protocol's own clients disagree about what says success in the flat dialect: no
        // body at all, or `null`. A client has to take both, so both are given.
        Ok(_) if dialect == Dialect::G0 && anew => StatusCode::OK.into_response(),
        result => answer(dialect, result.map(|approved| approved.answer)),
    };
    match fault.filter(|_| taken) {
        Some(fault) => faults::submitted(fault, shared.config().lateness, response).await,
        None => response,
    }
}

/// Says whether an approval is the first of its intent.
fn declines(state: &mut SandboxState, id: Uuid) -> bool {
    let declined = state.intent_mut(id).map(|intent| &mut intent.calls.declined);
    declined.is_some_and(|declined| !std::mem::replace(declined, true))
}

/// An approval that counts.
struct Approved {
    /// Whether it was not there before.
    anew: bool,
    answer: Json,
}

/// Approves, and counts how.
fn counted(state: &mut SandboxState, id: Uuid, body: &ApprovalBody) -> Result<Approved, ApiError> {
    let result = approve(state, id, body);
    if let Some(Intent { calls, .. }) = state.intent_mut(id) {
        let count = match &result {
            Ok(Approved { anew: true, .. }) => &mut calls.accepted,
            Ok(_) => &mut calls.repeated,
            Err(_) => &mut calls.refused,
        };
        *count = count.saturating_add(1);
    }
    result
}

fn approve(state: &mut SandboxState, id: Uuid, body: &ApprovalBody) -> Result<Approved, ApiError> {
    let intent = state.intent(id).ok_or_else(|| ApiError::not_found("Intent"))?.clone();
    if intent.approval.as_ref() == Some(&body.signed_data) {
        return Ok(Approved { anew: false, answer: accepted(&intent) });
    }
    if intent.status != Status::Created {
        return Err(ApiError::unprocessable("Intent", "Invalid swap/intent status"));
    }
    let expected = mechanism(&intent);
    if body.approval_type != expected {
        let message = format!("Intent couldn't be processed: expected a {expected} approval");
        return Err(ApiError::unprocessable("Approval", message));
    }
    let deposit = match &intent.funding {
        Funding::Permit2(deposit) => {
            execute(state, &intent, deposit, &signature(body.signed_data.text()?)?)?
        }
        Funding::Htlc(offer) => fund(state, &intent, offer, body.signed_data.text()?)?,
        Funding::Cosign(offer) => {
            let signed = body.signed_data.cosign(intent.dialect)?;
            cosign(state, &intent, offer, &signed)?
        }
    };
    let intent = state.intent_mut(id).ok_or_else(|| ApiError::not_found("Intent"))?;
    intent.status = Status::Approved;
    intent.approval = Some(body.signed_data.clone());
    intent.history.deposit = Some(deposit);
    Ok(Approved { anew: true, answer: accepted(intent) })
}

/// Returns what an approval of an intent is called. The older dialects name it after what is
/// signed.
fn mechanism(intent: &Intent) -> &'static str {
    match (&intent.funding, intent.dialect) {
        (Funding::Htlc(_), Dialect::G0 | Dialect::G1) => "psbt",
        (funding, _) => funding.mechanism(),
    }
}

fn signature(text: &str) -> Result<Vec<u8>, ApiError> {
    let bytes = text.strip_prefix("0x").and_then(|digits| hex::decode(digits).ok());
    bytes.ok_or_else(|| ApiError::invalid("body.signed_data: expected 0x and hexadecimal digits"))
}

/// Runs the deposit. What the chain refuses, the API refuses, in the chain's words.
fn execute(
    state: &mut SandboxState,
    intent: &Intent,
    deposit: &Deposit,
    signature: &[u8],
) -> Result<Event, ApiError> {
    let now = clock::now();
    let token = &intent.quote.source;
    let deposited = state
        .world
        .run_for(intent.id, |world| world.deposit(clock::seconds(now), token, deposit, signature));
    let id = deposited.map_err(|error| explain(state, (token, deposit), &error))?;
    Ok(Event { id, at: now })
}

/// Sends the funding transaction, if it is the one that was offered and still in time.
fn fund(
    state: &mut SandboxState,
    intent: &Intent,
    offer: &Offer,
    signed: &str,
) -> Result<Event, ApiError> {
    let now = clock::now();
    let transaction =
        signed_transaction(offer, signed).map_err(|error| invalid_signature(&error))?;
    in_time(intent, now)?;
    let token = &intent.quote.source;
    let funded = state
        .world
        .run_for(intent.id, |world| world.fund(clock::seconds(now), token, offer, transaction));
    let id = funded.map_err(|error| invalid_signature(&error))?;
    Ok(Event { id, at: now })
}

/// Runs the transaction, if it is the one that was offered and still in time.
fn cosign(
    state: &mut SandboxState,
    intent: &Intent,
    offer: &CosignOffer,
    signed: &SignedCosign,
) -> Result<Event, ApiError> {
    let now = clock::now();
    let transaction = solana::signed_transaction(offer, signed);
    let transaction = transaction.map_err(|error| invalid_signature(&error))?;
    in_time(intent, now)?;
    let token = &intent.quote.source;
    let done = state
        .world
        .run_for(intent.id, |world| world.cosign(clock::seconds(now), token, offer, transaction));
    let id = done.map_err(|rejected| {
        if rejected.is_shortage() {
            return ApiError::unprocessable("Approval", format!("Invalid balance: {rejected}"));
        }
        invalid_signature(&rejected)
    })?;
    Ok(Event { id, at: now })
}

fn in_time(intent: &Intent, now: UnixMillis) -> Result<(), ApiError> {
    if clock::seconds(now) > intent.deadline {
        return Err(ApiError::unprocessable("Intent", "Intent couldn't be processed: expired"));
    }
    Ok(())
}

fn explain(
    state: &mut SandboxState,
    (token, deposit): (&Token, &Deposit),
    error: &ChainError,
) -> ApiError {
    let Some(name) = error.revert_name() else { return ApiError::internal(error.to_string()) };
    // Permit2 hides the token's own error behind one text, so the chain is asked for the cause.
    let shortage = (name == "TRANSFER_FROM_FAILED")
        .then(|| state.world.shortage(token, deposit.owner, deposit.amount))
        .flatten();
    match shortage {
        Some(Shortage::Allowance) => ApiError::allowance_missing(),
        Some(Shortage::Balance) => {
            ApiError::unprocessable("Approval", format!("Invalid balance: {name}"))
        }
        None => invalid_signature(&name),
    }
}

fn invalid_signature(reason: &dyn std::fmt::Display) -> ApiError {
    ApiError::unprocessable(
        "Approval",
        format!("Intent signature validation failed on provider side: {reason}"),
    )
}

/// Writes the answer to an approval that counts.
fn accepted(intent: &Intent) -> Json {
    match intent.dialect {
        Dialect::G0 => Json::Null,
        Dialect::G1 | Dialect::G2 => {
            let mut echo = intent.answer.clone();
            echo.set("signed_data", Json::from(intent.approval.clone()));
            echo
        }
        Dialect::G3 => Json::object([("intent_id", Json::text(intent.id))]),
    }
}
