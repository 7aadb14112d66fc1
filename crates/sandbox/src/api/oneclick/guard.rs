//! What every request to 1Click and Aurora passes: the key, and faults that hit reads.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::super::faults;
use super::{Refused, api_of};
use crate::Fault;
use crate::quoted::{Api, Quoted};
use crate::shared::Shared;

/// The calls that 1Click answers to partners alone.
const FOR_PARTNERS: [&str; 3] = ["any-input/withdrawals", "generate-intent", "submit-intent"];

/// Looks at the key, unless the API is away, and lets reads fail where the configured fault says so.
pub(super) async fn check(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    if shared.is_paused() {
        return (StatusCode::SERVICE_UNAVAILABLE, "the API is away").into_response();
    }
    let path = request.uri().path().to_owned();
    let allowed = shared.read(|state| allowed(&state.quoted, &path, request.headers()));
    if let Err(refused) = allowed {
        return refused.respond(&path);
    }
    let broken = shared.config().fault == Some(Fault::ServerError);
    if broken && request.method() == Method::GET && shared.read_failures().next_fails(&path) {
        return faults::unavailable();
    }
    next.run(request).await
}

fn allowed(quoted: &Quoted, path: &str, headers: &HeaderMap) -> Result<(), Refused> {
    match api_of(path) {
        Api::Aurora => {
            let key = path.rsplit('/').next().unwrap_or_default();
            let missing = || Refused::not_found("Application key is not assigned");
            if key == quoted.aurora_key() { Ok(()) } else { Err(missing()) }
        }
        Api::OneClick => {
            let needed = FOR_PARTNERS.iter().any(|call| path.ends_with(call));
            match credential(headers) {
                Some(key) if key == quoted.partner_key() => Ok(()),
                None if !needed => Ok(()),
                _ => Err(Refused::unauthorized()),
            }
        }
    }
}

/// Returns what a partner brings: in a header of its own, or as a bearer.
fn credential(headers: &HeaderMap) -> Option<&str> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    text("x-api-key").or_else(|| text("authorization")?.strip_prefix("Bearer "))
}
