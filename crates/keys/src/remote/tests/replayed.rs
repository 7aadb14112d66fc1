use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use http::Method;

use super::made;
use super::server::{Server, keyring, service};
use super::tampered::{by_certificate, honest};
use crate::KeyEvidence;
use crate::remote::{ClientName, HmacKey};
use crate::source::Prehash;

/// Takes down a request that was signed by a client.
async fn captured() -> http::Request<Vec<u8>> {
    let taken = Arc::new(Mutex::new(None));
    let keeper = Arc::clone(&taken);
    let handler = move |request: Request| async move {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, 1 << 20).await.unwrap().to_vec();
        *keeper.lock().unwrap() = Some(http::Request::from_parts(parts, body));
        http::Response::builder().status(400).body(Body::empty()).unwrap()
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let router = Router::new().fallback(handler);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let source = super::server::source(&base, std::time::Duration::from_secs(20));
    let real = Server::start(service().await).await;
    let mut key = keyring(&real).await.named("evm").unwrap();
    let entry = Arc::get_mut(&mut key.entry).unwrap();
    entry.source = source.into_source();
    let permit = made::permit(&key, 1);
    let digest = Prehash::new(permit.digest().as_bytes());
    key.ecdsa(KeyEvidence::Permit(&permit), digest).await.unwrap_err();
    taken.lock().unwrap().take().unwrap()
}

fn again(request: &http::Request<Vec<u8>>) -> http::Request<Vec<u8>> {
    request.clone()
}

#[tokio::test]
async fn a_request_is_answered_once() {
    let (service, request) = (service().await, captured().await);
    assert_eq!(request.method(), Method::POST);
    let now = made::now_ms();
    assert_eq!(service.answer(&again(&request), now).await.status(), 200);
    let answer = service.answer(&again(&request), now).await;
    assert_eq!(answer.status(), 409, "{}", answer.body());
}

#[tokio::test]
async fn a_request_that_was_changed_or_kept_is_not_answered() {
    let (service, request) = (service().await, captured().await);
    let now = made::now_ms();
    let mut changed = again(&request);
    changed.body_mut().push(b' ');
    assert_eq!(service.answer(&changed, now).await.status(), 401);
    for name in [HmacKey::KEY, HmacKey::TIME, HmacKey::NONCE, HmacKey::SIGNATURE] {
        let mut changed = again(&request);
        changed.headers_mut().insert(&name, "0".parse().unwrap());
        assert_eq!(service.answer(&changed, now).await.status(), 401, "{name}");
        let mut doubled = again(&request);
        let value = doubled.headers()[&name].clone();
        doubled.headers_mut().append(&name, value);
        assert_eq!(service.answer(&doubled, now).await.status(), 401, "{name}");
    }
    let mut elsewhere = again(&request);
    *elsewhere.uri_mut() = "/v1/sign?more".parse().unwrap();
    assert_eq!(service.answer(&elsewhere, now).await.status(), 401);
    let late = countersign_units::UnixMillis::new(now.value() + 31_000);
    assert_eq!(service.answer(&again(&request), late).await.status(), 409);
}

#[tokio::test]
async fn a_nonce_is_of_the_client_that_used_it() {
    let ring = made::vault().await;
    let service = by_certificate(ring.clone());
    let body = honest(&ring, "one").to_string().into_bytes();
    let asked = async |client: Option<&str>| {
        let request = http::Request::builder().method(Method::POST).uri("/v1/sign");
        let request = match client {
            Some(name) => request.extension(ClientName::new(name)),
            None => request,
        };
        let request = request.body(body.clone()).unwrap();
        service.answer(&request, made::now_ms()).await.status().as_u16()
    };
    for client in [None, Some("desk 7"), Some("desk 8")] {
        assert_eq!(asked(client).await, 200, "{client:?}");
    }
    for client in [None, Some("desk 7"), Some("desk 8")] {
        assert_eq!(asked(client).await, 409, "{client:?}");
    }
}
