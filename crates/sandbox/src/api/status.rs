//! `GET /v1/intents/{id}`: where a swap stands.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;

use super::error::answer;
use super::render::{self, flat};
use super::{ApiError, Dialect, faults};
use crate::Fault;
use crate::json::Json;
use crate::shared::Shared;
use crate::swap::{Intent, Status};

/// Why a status is not told.
enum Untold {
    /// There is no such intent, or none that is remembered.
    Unknown,
    /// The answer is lost.
    Lost,
}

/// Answers a status request.
pub(super) async fn read(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    uri: Uri,
) -> Response {
    match told(&shared, &id, |intent| (intent.dialect, render::status(intent))) {
        Ok((dialect, status)) => answer(dialect, Ok(status)),
        Err(untold) => untold.respond(Dialect::from_path(uri.path())),
    }
}

/// Answers `GET …/intents/{id}/status` of the flat dialect: the status alone.
pub(super) async fn word(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    match told(&shared, &id, |intent| flat::word(intent.status)) {
        Ok(word) => answer(Dialect::G0, Ok(Json::object([("status", Json::from(word))]))),
        Err(untold) => untold.respond(Dialect::G0),
    }
}

fn told<T>(shared: &Shared, id: &str, tell: impl FnOnce(&Intent) -> T) -> Result<T, Untold> {
    let fault = shared.config().fault;
    shared.change(|state| {
        let intent = id.parse().ok().and_then(|id| state.refreshed(id));
        let intent = intent.ok_or(Untold::Unknown)?;
        intent.calls.asked = intent.calls.asked.saturating_add(1);
        if fault == Some(Fault::StatusLost) && intent.calls.asked.is_multiple_of(2) {
            return Err(Untold::Lost);
        }
        if is_forgotten(fault, intent) {
            return Err(Untold::Unknown);
        }
        if fault == Some(Fault::StatusFlaps) && intent.calls.asked.is_multiple_of(2) {
            return Ok(tell(&Intent { status: Status::Created, ..intent.clone() }));
        }
        Ok(tell(intent))
    })
}

/// Says whether the API was told to know nothing of an intent.
pub(super) fn is_forgotten(fault: Option<Fault>, intent: &Intent) -> bool {
    fault == Some(Fault::Forgets) && intent.approval.is_some()
}

impl Untold {
    fn respond(self, dialect: Dialect) -> Response {
        match self {
            Self::Unknown => ApiError::not_found("Intent").respond(dialect),
            Self::Lost => faults::unavailable(),
        }
    }
}
