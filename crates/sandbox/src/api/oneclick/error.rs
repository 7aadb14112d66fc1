//! What 1Click and Aurora answer when they decline.

use axum::http::StatusCode;
use axum::response::Response;
use uuid::Uuid;

use super::super::error::json;
use super::{api_of, own_path};
use crate::clock;
use crate::json::Json;
use crate::quoted::{Api, write_moment};

/// A refusal, before it is written as one of the APIs does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    status: StatusCode,
    message: String,
}

impl Refused {
    /// The request can't be read or done.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: message.into() }
    }

    /// The request does not prove who sends it.
    pub(super) fn unauthorized() -> Self {
        Self { status: StatusCode::UNAUTHORIZED, message: "Unauthorized".to_owned() }
    }

    /// There is no such thing.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, message: message.into() }
    }

    /// The API itself failed.
    pub(super) fn failed(message: impl Into<String>) -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, message: message.into() }
    }

    /// Writes the refusal.
    pub(super) fn respond(&self, path: &str) -> Response {
        let message = Json::text(&self.message);
        let body = match (api_of(path), self.status) {
            (Api::Aurora, status) if status != StatusCode::BAD_REQUEST => {
                let status = Json::from(u64::from(status.as_u16()));
                Json::object([("message", message), ("statusCode", status)])
            }
            _ => Json::object([
                ("message", message),
                ("correlationId", Json::text(Uuid::new_v4())),
                ("timestamp", Json::from(write_moment(clock::now()))),
                ("path", Json::from(without_key(path))),
            ]),
        };
        json(self.status, &body)
    }
}

/// The path that is told is the one of 1Click, which stands behind Aurora.
fn without_key(path: &str) -> String {
    match own_path(path).strip_prefix("/api/") {
        Some(rest) => {
            let call = rest.rsplit_once('/').map_or(rest, |(call, _)| call);
            format!("/v0/{call}")
        }
        None => own_path(path).to_owned(),
    }
}

/// Writes a result.
pub(super) fn answer(path: &str, status: StatusCode, result: Result<Json, Refused>) -> Response {
    match result {
        Ok(body) => json(status, &body),
        Err(refused) => refused.respond(path),
    }
}
