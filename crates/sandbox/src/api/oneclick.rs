//! What 1Click and Aurora answer, which differ in their paths, their keys and their errors.

mod deposits;
mod error;
mod guard;
mod intents;
mod quotes;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{get, post};
use serde::de::DeserializeOwned;

use crate::quoted::Api;
use crate::shared::Shared;

use error::Refused;

/// What stands before every path of 1Click, and of Aurora.
const ONECLICK: &str = "/oneclick";
const AURORA: &str = "/aurora";

/// Builds both APIs.
pub(super) fn router(shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    let oneclick = Router::new()
        .route("/oneclick/v0/tokens", get(quotes::tokens))
        .route("/oneclick/v0/quote", post(quotes::create))
        .route("/oneclick/v0/status", get(deposits::status))
        .route("/oneclick/v0/deposit/submit", post(deposits::submit))
        .route("/oneclick/v0/any-input/withdrawals", get(deposits::withdrawals))
        .route("/oneclick/v0/generate-intent", post(intents::generate))
        .route("/oneclick/v0/submit-intent", post(intents::submit))
        .route("/oneclick/{*path}", get(not_found).post(not_found));
    let aurora = Router::new()
        .route("/aurora/api/tokens/{key}", get(quotes::tokens))
        .route("/aurora/api/quote/{key}", post(quotes::create))
        .route("/aurora/api/status/{key}", get(deposits::status))
        .route("/aurora/api/deposit/submit/{key}", post(deposits::submit))
        .route("/aurora/api/generate-intent/{key}", post(intents::generate))
        .route("/aurora/api/submit-intent/{key}", post(intents::submit))
        .route("/aurora/{*path}", get(not_found).post(not_found));
    oneclick.merge(aurora).layer(from_fn_with_state(Arc::clone(shared), guard::check))
}

async fn not_found(request: Request) -> Response {
    let path = request.uri().path();
    Refused::not_found(format!("Cannot {} {}", request.method(), own_path(path))).respond(path)
}

/// Tells which API a path belongs to.
fn api_of(path: &str) -> Api {
    if path.starts_with(AURORA) { Api::Aurora } else { Api::OneClick }
}

/// Returns a path as its own API sees it.
fn own_path(path: &str) -> &str {
    [ONECLICK, AURORA].iter().find_map(|prefix| path.strip_prefix(prefix)).unwrap_or(path)
}

/// Reads a body.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(|error| Refused::invalid(error.to_string()))
}
