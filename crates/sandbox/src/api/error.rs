//! What the API answers when it refuses. The one file that knows status codes.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::Dialect;
use crate::auth::AuthError;
use crate::json::Json;

/// The code of the old schema for a missing allowance to Permit2.
const INSUFFICIENT_ALLOWANCE: u64 = 25;

/// A refusal, before it is written in a dialect's schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiError {
    blame: Blame,
    entity: &'static str,
    message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blame {
    Body,
    Key,
    NotFound,
    Unprocessable,
    Allowance,
    Us,
}

impl ApiError {
    /// The request is not in the form that the call takes.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(Blame::Body, "Other", message)
    }

    /// The request is well-formed and cannot be done.
    pub(crate) fn unprocessable(entity: &'static str, message: impl Into<String>) -> Self {
        Self::new(Blame::Unprocessable, entity, message)
    }

    /// There is no such thing.
    pub(crate) fn not_found(entity: &'static str) -> Self {
        Self::new(Blame::NotFound, entity, format!("{entity} not found"))
    }

    /// The request does not prove who sends it.
    pub(crate) fn unauthorized(error: AuthError) -> Self {
        Self::new(Blame::Key, "Affiliate", error.to_string())
    }

    /// The owner has not let Permit2 move the tokens.
    pub(crate) fn allowance_missing() -> Self {
        let message = "the user has not approved Permit2 for the selected token";
        Self::new(Blame::Allowance, "Approval", message)
    }

    /// The sandbox itself failed.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(Blame::Us, "Other", message)
    }

    /// Writes the refusal in the schema of a dialect.
    pub(crate) fn respond(&self, dialect: Dialect) -> Response {
        let (status, kind) = self.blame.describe();
        let code = u64::from(status.as_u16());
        let old = |code| {
            Json::object([
                ("code", Json::from(code)),
                ("message", Json::text(&self.message)),
                ("entity", Json::from(self.entity)),
            ])
        };
        let body = match (self.blame, dialect) {
            // The newest dialect's own page lists no such error, so it gets the old one.
            (Blame::Allowance, _) => old(INSUFFICIENT_ALLOWANCE),
            (_, Dialect::G0 | Dialect::G1 | Dialect::G2) => old(code),
            (_, Dialect::G3) => Json::object([
                ("code", Json::from(code)),
                ("type", Json::from(kind)),
                ("message", Json::text(&self.message)),
            ]),
        };
        json(status, &body)
    }

    fn new(blame: Blame, entity: &'static str, message: impl Into<String>) -> Self {
        Self { blame, entity, message: message.into() }
    }
}

impl Blame {
    const fn describe(self) -> (StatusCode, &'static str) {
        match self {
            Self::Body => (StatusCode::BAD_REQUEST, "validation_error"),
            Self::Key => (StatusCode::UNAUTHORIZED, "unauthorized"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found"),
            Self::Unprocessable | Self::Allowance => {
                (StatusCode::UNPROCESSABLE_ENTITY, "unprocessable_entity")
            }
            Self::Us => (StatusCode::INTERNAL_SERVER_ERROR, "internal_error"),
        }
    }
}

/// Writes a JSON answer.
pub(super) fn json(status: StatusCode, body: &Json) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// Writes a result in the schema of a dialect.
pub(super) fn answer(dialect: Dialect, result: Result<Json, ApiError>) -> Response {
    match result {
        Ok(body) => json(StatusCode::OK, &body),
        Err(error) => error.respond(dialect),
    }
}
