//! `GET /v1/swaps` and `GET …/swaps/history`: the list of all swaps.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::Dialect;
use super::error::json;
use super::listings::{Pages, page};
use super::render::{self, flat};
use super::status::is_forgotten;
use crate::shared::Shared;
use crate::swap::Intent;
use crate::world::Token;

/// How many items a page has if the client doesn't say.
const DEFAULT_LIMIT: usize = 10;
/// The API counts time in microseconds here, and the sandbox in milliseconds.
const MICROS: u64 = 1_000;

/// The query of the swap list. What is not asked for is not looked at.
#[derive(Deserialize)]
pub(super) struct SwapQuery {
    from_token_id: Option<u64>,
    to_token_id: Option<u64>,
    from_network_id: Option<u64>,
    to_network_id: Option<u64>,
    from_contract_address: Option<String>,
    to_contract_address: Option<String>,
    /// Microseconds since 1970.
    swap_created_from: Option<u64>,
    swap_created_to: Option<u64>,
    status: Option<String>,
    limit: Option<usize>,
    offset: Option<usize>,
}

/// Answers a list request, newest first.
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<SwapQuery>,
) -> Response {
    let pages = (query.limit, query.offset);
    listed(&shared, Dialect::G3, |intent| query.matches(intent), pages)
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
    let (from, to) = (number("from"), number("to"));
    let matches = |intent: &Intent| {
        let created = intent.history.created_at.value();
        let party = |wallet: &&String| [&intent.parties.from, &intent.parties.to].contains(wallet);
        one.get("status").is_none_or(|wanted| *wanted == flat::word(intent.status))
            && (wallets.is_empty() || wallets.iter().any(party))
            && from.is_none_or(|from| from <= created)
            && to.is_none_or(|to| created <= to)
    };
    listed(&shared, Dialect::G0, matches, (size("limit"), size("offset")))
}

fn listed(
    shared: &Shared,
    dialect: Dialect,
    matches: impl Fn(&Intent) -> bool,
    (limit, offset): (Option<usize>, Option<usize>),
) -> Response {
    let fault = shared.config().fault;
    let pages = Pages { limit: limit.unwrap_or(DEFAULT_LIMIT), offset: offset.unwrap_or_default() };
    let page = shared.change(|state| {
        state.refresh_all();
        let known = state.newest_first().filter(|intent| !is_forgotten(fault, intent));
        let found: Vec<_> = known.filter(|intent| matches(intent)).collect();
        page(&found, pages, |intent| render::list_item(dialect, intent))
    });
    json(StatusCode::OK, &page)
}

impl SwapQuery {
    fn matches(&self, intent: &Intent) -> bool {
        let (source, target) = (&intent.quote.source, &intent.quote.target);
        let token =
            |wanted: Option<u64>, token: &Token| wanted.is_none_or(|id| id == token.listing.api_id);
        let network = |wanted: Option<u64>, token: &Token| {
            wanted.is_none_or(|id| id == token.listing.network.api_id)
        };
        let address = |wanted: &Option<String>, token: &Token| {
            wanted.as_ref().is_none_or(|address| token.is_at(address))
        };
        token(self.from_token_id, source)
            && token(self.to_token_id, target)
            && network(self.from_network_id, source)
            && network(self.to_network_id, target)
            && address(&self.from_contract_address, source)
            && address(&self.to_contract_address, target)
            && self.status.as_ref().is_none_or(|wanted| *wanted == intent.status.to_string())
            && self.spans(intent)
    }

    /// Says whether an intent was created in the span: with its whole millisecond, since nobody
    /// knows in which part of it.
    fn spans(&self, intent: &Intent) -> bool {
        let first = intent.history.created_at.value().saturating_mul(MICROS);
        let last = first.saturating_add(MICROS.saturating_sub(1));
        self.swap_created_from.is_none_or(|from| from <= last)
            && self.swap_created_to.is_none_or(|to| first <= to)
    }
}
