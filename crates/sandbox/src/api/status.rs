//! `GET /v1/intents/{id}` and `GET /v1/swaps`: where swaps stand.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde::Deserialize;

use super::error::{answer, json};
use super::listings::page;
use super::render::{self, flat};
use super::{ApiError, Dialect};
use crate::json::Json;
use crate::shared::Shared;
use crate::swap::Intent;

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

/// Answers `GET …/intents/{id}/status` of the flat dialect: the status alone.
pub(super) async fn word(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    let word = shared.change(|state| {
        let intent = id.parse().ok().and_then(|id| state.refreshed(id))?;
        Some(flat::word(intent.status))
    });
    let status = word.map(|word| Json::object([("status", Json::from(word))]));
    answer(Dialect::G0, status.ok_or_else(|| ApiError::not_found("Intent")))
}

/// Answers a list request, newest first.
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<SwapQuery>,
) -> Response {
    let matches = |intent: &Intent| {
        query.status.as_ref().is_none_or(|wanted| *wanted == intent.status.to_string())
    };
    listed(&shared, Dialect::G3, matches, (query.limit, query.offset))
}

/// Answers `GET …/swaps/history` of the flat dialect. A `wallet` may come several times; `from`
/// and `to` are milliseconds.
pub(super) async fn history(
    State(shared): State<Arc<Shared>>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Response {
    let wallets: Vec<_> =
        pairs.iter().filter_map(|(key, value)| (key == "wallet").then_some(value)).collect();
    let one: HashMap<_, _> = pairs.iter().map(|(key, value)| (key.as_str(), value)).collect();
    let number = |key: &str| one.get(key).and_then(|value| value.parse::<u64>().ok());
    let size = |key: &str| number(key).and_then(|number| usize::try_from(number).ok());
    let matches = |intent: &Intent| {
        let created = intent.history.created_at.value();
        let party = |wallet: &&String| [&intent.parties.from, &intent.parties.to].contains(wallet);
        one.get("status").is_none_or(|wanted| *wanted == flat::word(intent.status))
            && (wallets.is_empty() || wallets.iter().any(party))
            && number("from").is_none_or(|from| from <= created)
            && number("to").is_none_or(|to| created <= to)
    };
    listed(&shared, Dialect::G0, matches, (size("limit"), size("offset")))
}

fn listed(
    shared: &Shared,
    dialect: Dialect,
    matches: impl Fn(&Intent) -> bool,
    (limit, offset): (Option<usize>, Option<usize>),
) -> Response {
    let items = shared.change(|state| {
        state.refresh_all();
        let intents = state.newest_first().filter(|intent| matches(intent));
        intents.map(|intent| render::list_item(dialect, intent)).collect()
    });
    let page = page(items, limit.unwrap_or(DEFAULT_LIMIT), offset.unwrap_or_default());
    json(StatusCode::OK, &page)
}
