use std::time::{Duration, Instant};

use super::made;
use super::server::{Server, keyring, service, source};
use crate::remote::{BaseUrl, RemoteSource};
use crate::source::{Prehash, Source as _};
use crate::{Key, KeyEvidence, KeyRef, SourceError};

/// Asks a service for a signature over a permit.
async fn sign(source: &RemoteSource, key: &Key) -> Result<(), SourceError> {
    sign_by(source, key, key.key_ref()).await
}

async fn sign_by(source: &RemoteSource, key: &Key, named: &KeyRef) -> Result<(), SourceError> {
    let permit = made::permit(key, 1);
    let brief = source.brief(&KeyEvidence::Permit(&permit))?;
    let digest = Prehash::new(permit.digest().as_bytes());
    source.sign_ecdsa(named, digest, &brief).await.map(drop)
}

async fn key() -> Key {
    made::vault().await.named("evm").unwrap()
}

async fn told(status: u16, body: &str) -> (SourceError, u32) {
    let server = Server::hostile(status, body, Duration::ZERO).await;
    let error = sign(&server.source(), &key().await).await.unwrap_err();
    (error, server.asked())
}

#[tokio::test]
async fn answers_that_are_none_are_told_apart() {
    let (garbage, long) = ("\u{0}garbage<html>", "x".repeat(17 << 10));
    for body in [garbage, "", "{}", "null", "[1]", &long, r#"{"nonce":"a","signature":"00"}"#] {
        let (error, asked) = told(200, body).await;
        assert!(matches!(error, SourceError::BadAnswer { .. }), "{body:.20}: {error}");
        assert!(error.to_string().len() < 800, "{error}");
        assert_eq!(asked, 1);
    }
    for status in [400, 401, 409, 422] {
        let (error, _) = told(status, "no reason").await;
        assert!(matches!(error, SourceError::BadAnswer { .. }), "{status}: {error}");
        let (error, asked) = told(status, r#"{"code":"declined","reason":"limit"}"#).await;
        assert!(matches!(error, SourceError::Declined { .. }), "{status}: {error}");
        assert_eq!(asked, 1);
    }
    let (error, _) = told(404, r#"{"code":"no_key","reason":"none"}"#).await;
    assert!(matches!(error, SourceError::NoKey { .. }), "{error}");
    // A redirect is not followed.
    let (error, _) = told(307, "").await;
    assert!(matches!(error, SourceError::Unavailable { .. }), "{error}");
}

#[tokio::test]
async fn a_service_that_is_busy_or_broken_is_asked_again_within_limits() {
    let (error, asked) = told(429, "").await;
    assert!(matches!(error, SourceError::Throttled { .. }), "{error}");
    assert_eq!(asked, 3);
    let (error, asked) = told(503, r#"{"code":"unavailable","reason":""}"#).await;
    assert!(matches!(error, SourceError::Unavailable { .. }), "{error}");
    assert_eq!(asked, 3);
}

#[tokio::test]
async fn a_service_that_is_slow_or_away_is_given_up() {
    let slow = Server::hostile(200, "{}", Duration::from_secs(30)).await;
    let deadline = Duration::from_millis(300);
    let started = Instant::now();
    let error = sign(&source(&slow.base, deadline), &key().await).await.unwrap_err();
    assert_eq!(error, SourceError::TimedOut { source_name: "remote".to_owned(), deadline });
    assert!(started.elapsed() < Duration::from_secs(5));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base: BaseUrl = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let error = sign(&source(&base, Duration::from_secs(20)), &key().await).await.unwrap_err();
    assert!(matches!(error, SourceError::Unavailable { .. }), "{error}");
}

#[tokio::test]
async fn a_signature_by_another_key_is_refused() {
    let server = Server::start(service().await).await;
    let keys = keyring(&server).await;
    let key = keys.named("evm").unwrap();
    // The service signs with the key that has the name; the configuration says it is another.
    let mut named = key.key_ref().clone();
    named.public_key = *keys.named("btc").unwrap().public_key();
    let error = sign_by(&server.source(), &key, &named).await.unwrap_err();
    assert!(matches!(error, SourceError::NoKey { .. }), "{error}");
    // A service that is not honest answers with the signature of another request.
    let replay = Replay::start().await;
    let error = sign(&replay.source(), &key).await.unwrap_err();
    assert!(matches!(error, SourceError::BadAnswer { .. }), "{error}");
    assert!(error.to_string().contains("a signature by the key"), "{error}");
}

/// Answers with the nonce of the request, and a signature of something else.
struct Replay;

impl Replay {
    async fn start() -> Server {
        use axum::Json;
        use serde_json::{Value, json};

        let answer = |Json(body): Json<Value>| async move {
            Json(json!({"nonce": body["nonce"], "signature": "01".repeat(64)}))
        };
        Server::of(axum::Router::new().fallback(answer)).await
    }
}

#[tokio::test]
async fn no_error_or_debug_form_shows_the_secret() {
    let (error, _) = told(401, r#"{"code":"unauthenticated","reason":"no"}"#).await;
    let server = Server::start(service().await).await;
    let shown = format!("{error} {error:?} {:?} {:?}", server.source(), service().await);
    assert!(!shown.contains("4242"), "{shown}");
}
