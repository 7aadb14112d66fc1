//! Requests that are signed with an RSA key, and what is refused of them.

use std::time::UNIX_EPOCH;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use countersign_sandbox::{AuthScheme, Sandbox, SandboxConfig};
use uuid::Uuid;

use crate::client::{Answer, send_with};

const QUOTES: &str = "/v1/quotes";
const BODY: &str = r#"{"amount":1,"from":{"token_id":1},"to":{"token_id":4}}"#;

async fn sandbox() -> Sandbox {
    let auth = AuthScheme::SignedRequests;
    Sandbox::start(SandboxConfig { auth, ..SandboxConfig::default() }).await.unwrap()
}

/// A request to sign. What is sent may be another.
#[derive(Clone)]
struct Draft {
    method: &'static str,
    path: String,
    query: String,
    body: String,
    headers: [(&'static str, String); 4],
}

impl Draft {
    fn signed(key: &KeyPair, method: &'static str, path: &str, query: &str, body: &str) -> Self {
        let time = UNIX_EPOCH.elapsed().unwrap().as_secs();
        let hash = digest(&SHA256, key.public_key().as_ref());
        Self {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            body: body.to_owned(),
            headers: [
                ("x-api-key", BASE64_STANDARD.encode(hash)),
                ("x-api-signature", sign(key, &format!("{method}:{path}:{query}:{body}"))),
                ("x-api-timestamp", time.to_string()),
                ("x-api-nonce", Uuid::new_v4().to_string()),
            ],
        }
    }

    fn post(key: &KeyPair, body: &str) -> Self {
        Self::signed(key, "POST", QUOTES, "", body)
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        let header = self.headers.iter_mut().find(|(header, _)| *header == name).unwrap();
        value.clone_into(&mut header.1);
        self
    }

    async fn send(&self, sandbox: &Sandbox) -> Answer {
        let Self { method, path, query, .. } = self;
        let mark = if query.is_empty() { "" } else { "?" };
        let headers = lines(&self.headers);
        send_with(sandbox, &format!("{method} {path}{mark}{query}"), &headers, &self.body).await
    }
}

fn lines<'a>(headers: impl IntoIterator<Item = &'a (&'static str, String)>) -> String {
    let line = |(name, value): &(&str, String)| format!("{name}: {value}\r\n");
    headers.into_iter().map(line).collect::<Vec<_>>().concat()
}

fn key(sandbox: &Sandbox) -> KeyPair {
    let pem = sandbox.rsa_private_key_pem().unwrap();
    assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    KeyPair::from_pkcs8(&BASE64_STANDARD.decode(base64).unwrap()).unwrap()
}

fn sign(key: &KeyPair, text: &str) -> String {
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
    BASE64_STANDARD.encode(signature)
}

#[track_caller]
fn assert_refused(answer: &Answer, part: &str) {
    assert_eq!(answer.status, 401, "{answer:?}");
    assert!(answer.json()["message"].as_str().unwrap().starts_with(part), "{part} {answer:?}");
}

#[tokio::test]
async fn takes_what_its_client_signed() {
    let sandbox = sandbox().await;
    let key = key(&sandbox);
    let post = Draft::post(&key, BODY);
    assert_eq!(post.headers[0].1, sandbox.api_key());
    assert_eq!(post.send(&sandbox).await.status, 200);

    let mut get = Draft::signed(&key, "GET", "/v1/tokens", "limit=1&q=usd%20c", "");
    assert_eq!(get.send(&sandbox).await.status, 200);
    // The order of the query's keys is no part of what is signed, and a read may be repeated.
    "q=usd%20c&limit=1".clone_into(&mut get.query);
    assert_eq!(get.send(&sandbox).await.status, 200);
}

#[tokio::test]
async fn refuses_what_was_changed_after_signing() {
    let sandbox = sandbox().await;
    let key = key(&sandbox);
    let draft = Draft::post(&key, BODY);
    let changes: [fn(&mut Draft); 4] = [
        |draft| draft.body = BODY.replace("\"amount\":1", "\"amount\":2"),
        |draft| draft.path = "/v1/intents".to_owned(),
        |draft| draft.path = "/v1/quotes/".to_owned(),
        |draft| draft.query = "a=1".to_owned(),
    ];
    for change in changes {
        let mut sent = draft.clone();
        change(&mut sent);
        assert_refused(&sent.send(&sandbox).await, "x-api-signature:");
    }
    let get = Draft::signed(&key, "GET", "/v1/tokens", "q=1&q=2", "");
    let swapped = Draft { query: "q=2&q=1".to_owned(), ..get };
    assert_refused(&swapped.send(&sandbox).await, "x-api-signature:");
    // None of them used the nonce up.
    assert_eq!(draft.send(&sandbox).await.status, 200);
}

#[tokio::test]
async fn refuses_a_replay() {
    let sandbox = sandbox().await;
    let draft = Draft::post(&key(&sandbox), BODY);
    assert_eq!(draft.send(&sandbox).await.status, 200);
    assert_refused(&draft.send(&sandbox).await, "x-api-nonce:");
    let upper = draft.headers[3].1.to_uppercase();
    assert_refused(&draft.with("x-api-nonce", &upper).send(&sandbox).await, "x-api-nonce:");
}

#[tokio::test]
async fn refuses_each_header_that_is_wrong() {
    let sandbox = sandbox().await;
    let key = key(&sandbox);
    let now = UNIX_EPOCH.elapsed().unwrap().as_secs();
    let stale = [now - 302, now + 302, now * 1_000].map(|time| time.to_string());
    let other =
        sign(&KeyPair::generate(KeySize::Rsa2048).unwrap(), &format!("POST:{QUOTES}::{BODY}"));
    let hex = "ab".repeat(256);
    for (name, value) in [
        ("x-api-timestamp", stale[0].as_str()),
        ("x-api-timestamp", &stale[1]),
        ("x-api-timestamp", &stale[2]),
        ("x-api-timestamp", "soon"),
        ("x-api-nonce", "n-1"),
        ("x-api-key", ""),
        ("x-api-key", &other),
        ("x-api-signature", ""),
        ("x-api-signature", &hex),
        ("x-api-signature", &other),
    ] {
        let refused = Draft::post(&key, BODY).with(name, value).send(&sandbox).await;
        assert_refused(&refused, &format!("{name}:"));
    }
}

#[tokio::test]
async fn refuses_a_missing_and_a_doubled_header() {
    let sandbox = sandbox().await;
    let draft = Draft::post(&key(&sandbox), BODY);
    let line = format!("POST {QUOTES}");
    for (missing, _) in &draft.headers {
        let others = draft.headers.iter().filter(|(name, _)| name != missing);
        let refused = send_with(&sandbox, &line, &lines(others), BODY).await;
        assert_refused(&refused, &format!("{missing}:"));
        let twice = draft.headers.iter().filter(|(name, _)| name == missing);
        let refused =
            send_with(&sandbox, &line, &lines(draft.headers.iter().chain(twice)), BODY).await;
        assert_refused(&refused, &format!("{missing}:"));
    }
}

#[tokio::test]
async fn refuses_another_key_and_a_body_in_another_form() {
    let sandbox = sandbox().await;
    let stranger = KeyPair::generate(KeySize::Rsa2048).unwrap();
    assert_refused(&Draft::post(&stranger, BODY).send(&sandbox).await, "x-api-key:");
    let posing = Draft::post(&stranger, BODY).with("x-api-key", sandbox.api_key());
    assert_refused(&posing.send(&sandbox).await, "x-api-signature:");
    for body in [BODY.replace(':', ": "), format!("{BODY}\n"), r#"{"b":1,"a":2}"#.to_owned()] {
        assert_refused(&Draft::post(&key(&sandbox), &body).send(&sandbox).await, "body:");
    }
}

#[tokio::test]
async fn refuses_in_the_form_of_the_dialect() {
    let sandbox = sandbox().await;
    for (path, member) in
        [("/affiliate/v1/quotes/best", "entity"), (QUOTES, "entity"), ("/v1/quotes/", "type")]
    {
        let refused = send_with(&sandbox, &format!("POST {path}"), "", BODY).await;
        assert_refused(&refused, "x-api-key:");
        assert!(refused.json()[member].is_string(), "{refused:?}");
    }
}
