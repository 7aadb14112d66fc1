//! Intents: generated to be signed, and handed in once they are.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use uuid::Uuid;

use super::super::faults;
use super::error::answer;
use super::{Refused, read};
use crate::Fault;
use crate::json::Json;
use crate::quoted::{GenerateBody, Quoted, SubmitBody};
use crate::shared::{Shared, State as SandboxState};

/// Generates an intent.
pub(super) async fn generate(State(shared): State<Arc<Shared>>, uri: Uri, body: Bytes) -> Response {
    let lie = shared.config().tamper;
    let generated = read::<GenerateBody>(&body).and_then(|body| {
        shared
            .read(|SandboxState { world, quoted, .. }| quoted.generate(world, &body, lie))
            .map_err(Refused::invalid)
    });
    answer(uri.path(), StatusCode::OK, generated)
}

/// Carries a signed intent out.
pub(super) async fn submit(State(shared): State<Arc<Shared>>, uri: Uri, body: Bytes) -> Response {
    let (config, path) = (shared.config(), uri.path());
    let body = match read::<SubmitBody>(&body) {
        Ok(body) => body,
        Err(refused) => return refused.respond(path),
    };
    let declined = config.fault == Some(Fault::SubmitDeclinedFirst)
        && shared.change(|state| declines(&mut state.quoted, &body));
    if declined {
        return faults::unavailable();
    }
    let submitted = shared.change(|SandboxState { world, quoted, .. }| {
        let (hash, receivers) = quoted.submit(world, &body)?;
        for address in &receivers {
            quoted.refresh(world, config, address);
        }
        Ok::<_, &'static str>(hash)
    });
    let hash = match submitted {
        Ok(hash) => hash,
        Err(reason) => return Refused::invalid(reason).respond(path),
    };
    let told = match config.fault {
        Some(Fault::OtherIntentHash) => bs58::encode(rand::random::<[u8; 32]>()).into_string(),
        _ => hash,
    };
    let json = Json::object([
        ("intentHash", Json::from(told)),
        ("correlationId", Json::text(Uuid::new_v4())),
    ]);
    let response = answer(path, StatusCode::OK, Ok(json));
    match config.fault {
        Some(fault) => faults::submitted(fault, config.lateness, response).await,
        None => response,
    }
}

/// Says whether a signed intent is the first for its deposit.
fn declines(quoted: &mut Quoted, body: &SubmitBody) -> bool {
    let receivers = Quoted::receivers(body);
    let Some(address) = receivers.first() else { return false };
    let declined = quoted.deposit_mut(address).map(|deposit| &mut deposit.calls.declined);
    declined.is_some_and(|declined| !std::mem::replace(declined, true))
}
