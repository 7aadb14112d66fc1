//! The networks and the tokens: in one shape for all dialects, but for the tokens of the flat one.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde::Deserialize;

use super::Dialect;
use super::error::json;
use crate::json::Json;
use crate::market::{TOKENS, TokenListing};
use crate::network::{NETWORKS, Network};
use crate::shared::Shared;
use crate::world::Token;

/// How many items a page has if the client doesn't say, and at most.
const DEFAULT_LIMIT: usize = 20;
const MAXIMUM_LIMIT: usize = 100;

/// The query of the token list.
#[derive(Deserialize)]
pub(super) struct TokenQuery {
    limit: Option<usize>,
    offset: Option<usize>,
    q: Option<String>,
    network_id: Option<u64>,
}

/// The query of the network list.
#[derive(Deserialize)]
pub(super) struct NetworkQuery {
    /// The symbol of a token that is to be there.
    token: Option<String>,
}

/// `GET /v1/networks`.
pub(super) async fn networks(Query(query): Query<NetworkQuery>) -> Response {
    let wanted = |listing: &TokenListing| {
        query.token.as_ref().is_none_or(|symbol| listing.symbol.eq_ignore_ascii_case(symbol))
    };
    let has_it = |network: &&Network| {
        TOKENS.iter().any(|listing| listing.network.name == network.name && wanted(listing))
    };
    json(StatusCode::OK, &Json::list(NETWORKS.into_iter().filter(has_it).map(network)))
}

/// `GET /v1/tokens`.
pub(super) async fn tokens(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<TokenQuery>,
    uri: Uri,
) -> Response {
    let write = match Dialect::from_path(uri.path()) {
        Dialect::G0 => flat_token,
        Dialect::G1 | Dialect::G2 | Dialect::G3 => token,
    };
    let tokens = shared.read(|state| state.world.tokens().to_vec());
    let found: Vec<_> = tokens.iter().filter(|token| query.matches(token)).collect();
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    let pages = Pages { limit, offset: query.offset.unwrap_or_default() };
    json(StatusCode::OK, &page(&found, pages, |token| write(token)))
}

/// Which part of a list is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pages {
    pub(super) limit: usize,
    pub(super) offset: usize,
}

/// Writes a page of a list, and says which one it is.
pub(super) fn page<T>(items: &[T], pages: Pages, write: impl Fn(&T) -> Json) -> Json {
    let (limit, offset) = (pages.limit.clamp(1, MAXIMUM_LIMIT), pages.offset);
    let total = items.len();
    let pagination = Json::object([
        ("limit", Json::number(limit)),
        ("offset", Json::number(offset)),
        ("pages", Json::number(total.div_ceil(limit))),
        ("total", Json::number(total)),
    ]);
    let items = items.iter().skip(offset).take(limit).map(write);
    Json::object([("data", Json::list(items)), ("pagination", pagination)])
}

impl TokenQuery {
    fn matches(&self, token: &Token) -> bool {
        let on_network = self.network_id.is_none_or(|id| id == token.listing.network.api_id);
        let named = |text: &String| {
            let text = text.to_lowercase();
            [token.listing.symbol, token.listing.name, &token.address]
                .iter()
                .any(|name| name.to_lowercase().contains(&text))
        };
        on_network && self.q.as_ref().is_none_or(named)
    }
}

fn network(network: &Network) -> Json {
    Json::object([
        ("id", Json::from(network.api_id)),
        ("name", Json::from(network.name)),
        ("type", Json::from(network.kind_name().to_uppercase())),
        ("supports_optimized_swap", Json::from(false)),
        ("icon_url", Json::from("")),
        ("supports_custom_tokens", Json::from(false)),
    ])
}

/// Writes a token as the flat dialect does: it has neither the API's number nor the decimals.
fn flat_token(token: &Token) -> Json {
    Json::object([
        ("network_id", Json::from(token.listing.network.api_id)),
        ("name", Json::from(token.listing.name)),
        ("contract_address", Json::text(&token.address)),
        ("symbol", Json::from(token.listing.symbol)),
        ("icon_url", Json::from("")),
        ("wrapped_token_address", Json::Null),
    ])
}

fn token(token: &Token) -> Json {
    Json::object([
        ("token_id", Json::from(token.listing.api_id)),
        ("network_id", Json::from(token.listing.network.api_id)),
        ("name", Json::from(token.listing.name)),
        ("contract_address", Json::text(&token.address)),
        ("symbol", Json::from(token.listing.symbol)),
        ("decimals", Json::number(token.listing.decimals)),
        ("icon_url", Json::from("")),
        ("wrapped_token_address", Json::Null),
    ])
}
