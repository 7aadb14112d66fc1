//! `GET /v1/intents/{id}` and `GET /v1/swaps`: where swaps stand.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde::Deserialize;

use super::error::{answer, json};
use super::listings::page;
use super::{ApiError, Dialect, render};
use crate::shared::Shared;

/// How many items a page has if the client doesn't say.
const DEFAULT_LIMIT: usize = 10;

/// The query of the swap list.
#[derive(Deserialize)]
pub(super) struct SwapQuery {
    limit: Option<usize>,
    offset: Option<usize>,
    status: Option<String>,
}

/// Answers a status request.
pub(super) async fn read(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    uri: Uri,
) -> Response {
    let found = shared.change(|state| {
        let intent = id.parse().ok().and_then(|id| state.refreshed(id))?;
        Some((intent.dialect, render::status(intent)))
    });
    match found {
        Some((dialect, status)) => answer(dialect, Ok(status)),
        None => ApiError::not_found("Intent").respond(Dialect::from_path(uri.path())),
    }
}

/// Answers a list request, newest first.
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<SwapQuery>,
) -> Response {
    let items = shared.change(|state| {
        state.refresh_all();
        let matches = |status: &str| query.status.as_ref().is_none_or(|wanted| wanted == status);
        let intents = state.newest_first().filter(|intent| matches(&intent.status.to_string()));
        intents.map(render::list_item).collect()
    });
    json(
        StatusCode::OK,
        &page(items, query.limit.unwrap_or(DEFAULT_LIMIT), query.offset.unwrap_or_default()),
    )
}
