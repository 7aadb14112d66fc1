//! Tokens and quotes.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use super::super::error::json;
use super::super::faults;
use super::error::answer;
use super::{Refused, api_of, read};
use crate::json::Json;
use crate::quoted::{Api, QuoteBody, Terms, blockchain, primary, write_moment};
use crate::shared::{Shared, State as SandboxState};
use crate::world::Token;
use crate::{Fault, clock};

/// Lists the tokens.
pub(super) async fn tokens(State(shared): State<Arc<Shared>>, uri: Uri) -> Response {
    let tokens = shared.read(|state| Json::list(state.world.tokens().iter().map(token)));
    let body = match api_of(uri.path()) {
        Api::OneClick => tokens,
        Api::Aurora => Json::object([("tokens", tokens), ("asset_stats", Json::List(Vec::new()))]),
    };
    json(StatusCode::OK, &body)
}

/// Answers a request for a quote.
pub(super) async fn create(State(shared): State<Arc<Shared>>, uri: Uri, body: Bytes) -> Response {
    let path = uri.path();
    let config = shared.config();
    let terms = Terms { api: api_of(path), tamper: config.tamper };
    let asked = read::<QuoteBody>(&body);
    let is_wet = asked.as_ref().is_ok_and(QuoteBody::is_wet);
    let fault = config.fault.filter(|fault| is_wet && fault.is_of_creating());
    if fault == Some(Fault::ServerError) {
        return Refused::failed("Internal server error").respond(path);
    }
    let result = asked.and_then(|body| {
        shared.change(|SandboxState { world, quoted, .. }| {
            quoted.quote(world, terms, body).map_err(Refused::invalid)
        })
    });
    match (fault, result) {
        (Some(fault), Ok(json)) => faults::respond(fault, config.lateness, json).await,
        // 1Click answers a quote as a thing that was made, Aurora does not.
        (_, result) => {
            let made =
                if terms.api == Api::OneClick { StatusCode::CREATED } else { StatusCode::OK };
            answer(path, made, result)
        }
    }
}

fn token(token: &Token) -> Json {
    let listing = token.listing;
    let (whole, rest) = (listing.price.div_euclid(1_000_000), listing.price.rem_euclid(1_000_000));
    let contract = token.has_contract().then(|| token.address.clone());
    Json::object([
        ("assetId", Json::from(primary(listing))),
        ("decimals", Json::number(listing.decimals)),
        ("blockchain", Json::from(blockchain(listing.network))),
        ("symbol", Json::from(listing.symbol)),
        ("price", Json::number(format_args!("{whole}.{rest:06}"))),
        ("priceUpdatedAt", Json::from(write_moment(clock::now()))),
        ("contractAddress", Json::from(contract)),
    ])
}
