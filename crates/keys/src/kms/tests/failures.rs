use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::moto::{settings, source};
use crate::kms::{KmsError, KmsSettings, KmsSource};
use crate::source::{Brief, Prehash, Source as _};
use crate::{Curve, KeyPath, KeyRef, PublicKey, SourceError};

/// A KMS that gives one answer to everything.
struct Hostile {
    endpoint: String,
    asked: Arc<AtomicU32>,
}

impl Hostile {
    async fn start(status: u16, body: &'static str) -> Self {
        Self::after(Duration::ZERO, status, body).await
    }

    async fn after(wait: Duration, status: u16, body: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(answer(stream, wait, status, body));
            }
        });
        Self { endpoint, asked }
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }

    fn source(&self) -> KmsSource {
        source(&settings(&self.endpoint))
    }
}

/// Answers one request on a connection, and closes it.
async fn answer(mut stream: TcpStream, wait: Duration, status: u16, body: &str) {
    let mut request = Vec::new();
    while !is_whole(&request) {
        let mut part = [0; 4096];
        let Ok(read @ 1..) = stream.read(&mut part).await else { return };
        request.extend_from_slice(&part[..read]);
    }
    tokio::time::sleep(wait).await;
    let text = format!(
        "HTTP/1.1 {status} Something\r\ncontent-type: application/x-amz-json-1.1\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let _ = stream.write_all(text.as_bytes()).await;
}

/// Says whether all of a request's body is there.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.map_or(0, |length| length.parse().unwrap())
}

fn key() -> KeyRef {
    let point = hex::decode("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
    let public_key = PublicKey::Secp256k1(point.unwrap().try_into().unwrap());
    KeyRef { id: "alias/hot".into(), path: KeyPath::Single, public_key }
}

async fn sign(source: &KmsSource) -> Result<(), SourceError> {
    source.sign_ecdsa(&key(), Prehash::new(&[7; 32]), &Brief::none()).await.map(drop)
}

#[tokio::test]
async fn throttling_is_waited_out_within_limits() {
    let body = r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#;
    let hostile = Hostile::start(400, body).await;
    let error = sign(&hostile.source()).await.unwrap_err();
    assert!(matches!(&error, SourceError::Throttled { .. }), "{error}");
    assert_eq!(hostile.asked(), 4);
}

#[tokio::test]
async fn a_server_that_breaks_is_asked_again_within_limits() {
    let body = r#"{"__type":"KMSInternalException","message":"internal"}"#;
    let hostile = Hostile::start(500, body).await;
    let error = sign(&hostile.source()).await.unwrap_err();
    assert!(matches!(error, SourceError::Unavailable { .. }), "{error}");
    assert_eq!(hostile.asked(), 4);
}

#[tokio::test]
async fn what_kms_declines_is_not_asked_again() {
    for code in ["AccessDeniedException", "DisabledException", "KMSInvalidStateException"] {
        let body = format!(r#"{{"__type":"{code}","message":"key alias/hot"}}"#);
        let hostile = Hostile::start(400, body.leak()).await;
        let error = sign(&hostile.source()).await.unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, SourceError::Declined { .. }), "{text}");
        assert!(text.contains(code) && text.contains("key alias/hot"), "{text}");
        assert_eq!(hostile.asked(), 1);
    }
}

#[tokio::test]
async fn answers_that_are_none_are_told_apart() {
    // A high `s` is fine, but these are by no key that is ours.
    let other = r#"{"Signature":"MEQCIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAiABAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ=="}"#;
    for (body, expected) in [
        (other, "expected a signature by the key"),
        (r#"{"Signature":"AAAA"}"#, "expected an ECDSA signature in DER, found 3 other bytes"),
        ("{}", "expected an ECDSA signature in DER, found 0 other bytes"),
    ] {
        let error = sign(&Hostile::start(200, body).await.source()).await.unwrap_err();
        assert!(matches!(error, SourceError::BadAnswer { .. }), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
    for body in ["<html>", "", r#"{"Signature":17}"#] {
        let error = sign(&Hostile::start(200, body).await.source()).await.unwrap_err();
        let known =
            matches!(error, SourceError::Unavailable { .. } | SourceError::BadAnswer { .. });
        assert!(known, "{body}: {error}");
    }
    let empty = Hostile::start(200, "{}").await;
    let error = empty.source().find("alias/hot", Curve::Secp256k1).await.unwrap_err();
    assert!(matches!(error, KmsError::OtherKey { .. }), "{error}");
}

#[tokio::test]
async fn a_kms_that_is_slow_or_away_is_given_up() {
    let slow = Hostile::after(Duration::from_secs(30), 200, "{}").await;
    let deadline = Duration::from_millis(300);
    let impatient = KmsSettings { deadline, ..settings(&slow.endpoint) };
    let started = Instant::now();
    let error = sign(&source(&impatient)).await.unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!(error, SourceError::TimedOut { source_name: "kms".to_owned(), deadline });
    // Nobody listens on a port that was just given back.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = sign(&source(&settings(&endpoint))).await.unwrap_err();
    assert!(matches!(error, SourceError::Unavailable { .. }), "{error}");
}

#[tokio::test]
async fn no_error_or_debug_form_shows_a_credential() {
    let body = r#"{"__type":"UnrecognizedClientException","message":"the token is invalid"}"#;
    let hostile = Hostile::start(403, body).await;
    let source = hostile.source();
    let error = sign(&source).await.unwrap_err();
    let shown = format!("{error} {error:?} {source:?}");
    assert!(!shown.contains("4242"), "{shown}");
    let settings = KmsSettings {
        endpoint: Some("http://kms.example.com".to_owned()),
        ..KmsSettings::new("eu-central-1")
    };
    let credentials = super::super::Credentials::new("A", "kms-secret-4242", None, None, "test");
    let refused = KmsSource::with_credentials("kms", &settings, credentials).unwrap_err();
    assert_eq!(refused, KmsError::Endpoint);
}
