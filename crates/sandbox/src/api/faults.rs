//! Answers that break on their way.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use tokio::io::{AsyncRead, ReadBuf};
use tokio_util::io::ReaderStream;

use super::error::json;
use crate::Fault;
use crate::json::Json;

/// How much is added to an answer that is too long.
const PADDING: usize = 8 * 1024 * 1024;

/// Writes a create answer with a fault in it.
pub(super) async fn respond(fault: Fault, lateness: Duration, mut answer: Json) -> Response {
    match fault {
        Fault::Late => {
            tokio::time::sleep(lateness).await;
            json(StatusCode::OK, &answer)
        }
        Fault::Duplicated => {
            double(&mut answer);
            json(StatusCode::OK, &answer)
        }
        Fault::Truncated => text("application/json", first_half(&answer.to_string())),
        Fault::Oversized => {
            answer.push("padding", Json::from("x".repeat(PADDING)));
            json(StatusCode::OK, &answer)
        }
        Fault::WrongTyped => {
            mistype(&mut answer);
            json(StatusCode::OK, &answer)
        }
        Fault::Html => {
            text("text/html", "<!doctype html><title>Sign in</title><p>Please sign in.".to_owned())
        }
        Fault::CreateLost => cut(),
        // Told before anything was created.
        Fault::ServerError => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Fault::SubmitLost
        | Fault::SubmitLate
        | Fault::SubmitDeclinedFirst
        | Fault::StatusLost
        | Fault::Forgets
        | Fault::StatusFlaps
        | Fault::RefundedAsSuccess
        | Fault::OtherIntentHash => json(StatusCode::OK, &answer),
    }
}

/// Lets the answer to an approval that was taken break on its way.
pub(super) async fn submitted(fault: Fault, lateness: Duration, answer: Response) -> Response {
    match fault {
        Fault::SubmitLost => cut(),
        Fault::SubmitLate => {
            tokio::time::sleep(lateness).await;
            answer
        }
        _ => answer,
    }
}

/// Answers that nothing was done, and why that is so is nobody's business.
pub(super) fn unavailable() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, "the sandbox was told to fail").into_response()
}

/// Closes the connection in place of an answer.
fn cut() -> Response {
    Response::new(Body::from_stream(ReaderStream::new(Cut)))
}

/// A body that fails before its first byte: the server closes the connection without having sent
/// even the head.
struct Cut;

impl AsyncRead for Cut {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()))
    }
}

/// Adds a second escrow, PSBT or transaction, and a second secret hash, behind the honest ones; to a
/// quote with an address of its own a second address.
fn double(answer: &mut Json) {
    if let Some(quote) = quoted(answer) {
        quote.push("depositAddress", Json::from("ba".repeat(32)));
        return;
    }
    if let Some(params) = answer.get_mut("params_to_sign") {
        let (member, value) = if params.get("psbt").is_some() {
            ("psbt", "cHNidP8=")
        } else if params.get("transaction").is_some() {
            ("transaction", "0200")
        } else {
            ("escrow_contract_address", "0x00000000000000000000000000000000000000e5")
        };
        params.push(member, Json::from(value));
    }
    answer.push("secret_hash", Json::from(format!("0x{}", "5e".repeat(32))));
}

fn mistype(answer: &mut Json) {
    if let Some(quote) = quoted(answer) {
        quote.set("depositAddress", Json::from(7));
        quote.set("amountIn", Json::List(Vec::new()));
        return;
    }
    if let Some(params) = answer.get_mut("params_to_sign") {
        if params.get("psbt").is_some() {
            params.set("psbt", Json::from(7));
            params.set("inputs", Json::from("0"));
        } else if params.get("transaction").is_some() {
            params.set("transaction", Json::from(7));
            params.set("recent_blockhash", Json::List(Vec::new()));
        } else {
            params.set("escrow_contract_address", Json::from(7));
            params.set("nonce", Json::object([("value", Json::from("1"))]));
        }
    }
    answer.set("secret_hash", Json::from(true));
}

/// Returns the quote of 1Click and Aurora, which repeat the request beside it.
fn quoted(answer: &mut Json) -> Option<&mut Json> {
    answer.get("quoteRequest")?;
    answer.get_mut("quote")
}

fn first_half(text: &str) -> String {
    text.chars().take(text.len().div_euclid(2)).collect()
}

fn text(kind: &'static str, body: String) -> Response {
    (StatusCode::OK, [(CONTENT_TYPE, kind)], body).into_response()
}
