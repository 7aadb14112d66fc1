//! What every request passes: the proof of its sender, and faults that hit reads.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{ApiError, BODY_LIMIT, Dialect, faults};
use crate::Fault;
use crate::auth::Incoming;
use crate::shared::Shared;

/// How often a read fails before it succeeds.
const READ_FAILURES: u32 = 2;

/// How often each path has failed so far.
#[derive(Debug, Default)]
pub(crate) struct ReadFailures(Mutex<HashMap<String, u32>>);

impl ReadFailures {
    /// Counts a read, and says whether it is to fail. After a success the count begins anew.
    pub(super) fn next_fails(&self, path: &str) -> bool {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(path.to_owned()).or_default();
        let fails = *count < READ_FAILURES;
        *count = if fails { count.saturating_add(1) } else { 0 };
        fails
    }
}

/// Demands the proof of who sends a request, unless the API is away, and lets reads fail where the
/// configured fault says so.
pub(super) async fn check(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    if shared.is_paused() {
        return (StatusCode::SERVICE_UNAVAILABLE, "the API is away").into_response();
    }
    let path = request.uri().path().to_owned();
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let incoming = Incoming {
        method: head.method.as_str(),
        path: &path,
        query: head.uri.query().unwrap_or_default(),
        headers: &head.headers,
        body: &body,
    };
    if let Err(error) = shared.credentials().check(&incoming) {
        return ApiError::unauthorized(error).respond(Dialect::from_path(&path));
    }
    let request = Request::from_parts(head, body.into());
    let broken = shared.config().fault == Some(Fault::ServerError);
    if broken && request.method() == Method::GET && shared.read_failures().next_fails(&path) {
        return faults::unavailable();
    }
    next.run(request).await
}

/// Answers for a path that is none of the API's.
pub(super) async fn not_found(request: Request) -> Response {
    ApiError::not_found("Other").respond(Dialect::from_path(request.uri().path()))
}
