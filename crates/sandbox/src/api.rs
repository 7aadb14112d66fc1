//! The intent API over HTTP.

mod approvals;
mod body;
mod dialect;
mod error;
mod esplora;
mod faults;
mod flat_body;
mod guard;
mod intents;
mod listings;
mod oneclick;
mod opening;
mod quotes;
pub(crate) mod render;
mod rpc;
mod status;
mod swaps;
mod tron;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::shared::Shared;

pub(crate) use body::SignedData;
pub(crate) use dialect::Dialect;
pub(crate) use error::ApiError;
pub(crate) use guard::ReadFailures;
pub(crate) use rpc::has_node;

/// The longest request body that is read.
const BODY_LIMIT: usize = 256 * 1024;

/// Builds the whole API.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let mut router = Router::new()
        .route("/v1/networks", get(listings::networks))
        .route("/v1/tokens", get(listings::tokens))
        .route("/v1/swaps", get(swaps::list))
        .route("/v1/intents/{id}", get(status::read));
    // The newest dialect writes a slash behind the path of a POST, the older ones don't.
    for slash in ["", "/"] {
        router = router
            .route(&format!("/v1/quotes{slash}"), post(quotes::create))
            .route(&format!("/v1/intents{slash}"), post(intents::create))
            .route(&format!("/v1/intents/{{id}}/approvals{slash}"), post(approvals::add));
    }
    router
        .merge(flat_router())
        .fallback(guard::not_found)
        .layer(from_fn_with_state(Arc::clone(&shared), guard::check))
        // Behind the guard: the chains are open to anybody, and the others have their own keys.
        .merge(oneclick::router(&shared))
        .route("/rpc/{network}", post(rpc::answer))
        .nest("/esplora/bitcoin", esplora::router())
        .nest("/tron/tron", tron::router())
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(shared)
}

/// The paths of the flat dialect.
fn flat_router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/affiliate/v1/networks", get(listings::networks))
        .route("/affiliate/v1/tokens", get(listings::tokens))
        .route("/affiliate/v1/quotes/best", post(quotes::create))
        .route("/affiliate/v1/intents", post(intents::create))
        .route("/affiliate/v1/intents/{id}", get(status::read))
        .route("/affiliate/v1/intents/{id}/status", get(status::word))
        .route("/affiliate/v1/intents/{id}/approvals", post(approvals::add))
        .route("/affiliate/v1/swaps/history", get(swaps::history))
        .route("/affiliate/v1/swaps/intents/{id}", get(status::read))
}
