//! A caller that was taken over: it can ask for anything, and gets nothing signed but what the
//! service finds itself.

use countersign_evm::CallEvidence;
use http::{Method, Request, Response};
use serde_json::{Value, json};

use super::made;
use super::other_key::request;
use super::server::service;
use crate::remote::file;
use crate::remote::{Clients, SigningCall, SigningService};
use crate::{KeyEvidence, Keyring};

/// A change of a request.
type Change = fn(&mut Value);

/// Asks a service that knows its clients by their certificates.
pub(super) async fn asked(service: &SigningService, body: &Value) -> (u16, String) {
    let request = Request::builder().method(Method::POST).uri("/v1/sign");
    let request = request.body(body.to_string().into_bytes()).unwrap();
    coded(&service.answer(&request, made::now_ms()).await)
}

fn coded(answer: &Response<String>) -> (u16, String) {
    let body: Value = serde_json::from_str(answer.body()).unwrap();
    let code = body["code"].as_str().unwrap_or("signed").to_owned();
    (answer.status().as_u16(), code)
}

pub(super) fn by_certificate(keyring: Keyring) -> SigningService {
    SigningService::new(keyring, Clients::ByCertificate, |_: &SigningCall<'_>| Ok(()))
}

/// An honest request to sign a permit.
pub(super) fn honest(keyring: &Keyring, nonce: &str) -> Value {
    let key = keyring.named("evm").unwrap();
    let permit = made::permit(&key, 1_000_000);
    let evidence = file::write(&KeyEvidence::Permit(&permit)).unwrap();
    json!({
        "version": 1,
        "time": made::now_ms(),
        "nonce": nonce,
        "key": {"id": "evm", "curve": "secp256k1", "public_key": key.public_key().to_string()},
        "scheme": "ecdsa",
        "message": hex::encode(permit.digest().as_bytes()),
        "evidence": serde_json::from_str::<Value>(&evidence).unwrap(),
    })
}

#[tokio::test]
async fn each_change_of_a_request_is_refused() {
    let keyring = made::vault().await;
    let service = by_certificate(keyring.clone());
    assert_eq!(asked(&service, &honest(&keyring, "honest")).await, (200, "signed".to_owned()));
    let changes: [(&str, u16, &str, Change); 15] = [
        ("digest", 422, "other_digest", |body| body["message"] = "00".repeat(32).into()),
        ("short", 422, "other_digest", |body| body["message"] = "00".into()),
        ("hex", 400, "malformed", |body| body["message"] = "no hex".into()),
        ("other name", 404, "no_key", |body| body["key"]["id"] = "treasury".into()),
        ("scheme", 422, "other_digest", |body| body["scheme"] = "bip340_bip86".into()),
        ("key", 404, "no_key", |body| body["key"]["id"] = "nobody".into()),
        ("other key", 404, "no_key", |body| body["key"]["id"] = "btc".into()),
        ("amount", 422, "unverified", |body| {
            body["evidence"]["terms"]["source"]["amount"] = "1".into();
            body["evidence"]["terms"]["approval"]["amount"] = "1".into();
        }),
        ("payload", 422, "unverified", |body| {
            let payload = body["evidence"]["payload"].as_str().unwrap();
            let payload = payload.replace("\"nonce\":\"42\"", "\"nonce\":\"43\"");
            body["evidence"]["payload"] = payload.replacen("43", "44", 1).into();
        }),
        ("environment", 403, "declined", |body| {
            body["evidence"]["terms"]["environment"] = "mainnet".into();
        }),
        ("policy", 400, "malformed", |body| {
            body["evidence"]["policy"]["policy"] = "03".repeat(32).into();
        }),
        ("kind", 400, "malformed", |body| body["evidence"]["kind"] = "transfer".into()),
        ("no terms", 400, "malformed", |body| {
            body["evidence"].as_object_mut().unwrap().remove("terms");
        }),
        ("unknown", 400, "malformed", |body| body["evidence"]["terms"]["more"] = json!(1)),
        ("version", 400, "malformed", |body| body["version"] = json!(2)),
    ];
    for (name, status, code, change) in changes {
        let mut body = honest(&keyring, name);
        change(&mut body);
        assert_eq!(asked(&service, &body).await, (status, code.to_owned()), "{name}");
    }
}

#[tokio::test]
async fn evidence_of_another_payload_brings_no_signature_over_this_one() {
    let keyring = made::vault().await;
    let service = by_certificate(keyring.clone());
    let mut body = honest(&keyring, "mixed");
    let other = made::permit(&keyring.named("evm").unwrap(), 2_000_000);
    body["message"] = hex::encode(other.digest().as_bytes()).into();
    assert_eq!(asked(&service, &body).await, (422, "other_digest".to_owned()));
    // The challenge is all that is signed without terms.
    body["nonce"] = "challenge".into();
    body["evidence"] = json!({"kind": "challenge", "payload": ""});
    assert_eq!(asked(&service, &body).await, (422, "other_digest".to_owned()));
}

#[tokio::test]
async fn the_custodians_rules_have_the_last_word() {
    let keyring = made::vault().await;
    let rules = |call: &SigningCall<'_>| match call.evidence() {
        KeyEvidence::Permit(permit) if permit.permit().amount() > 500_000_u64.into() => {
            Err("more than is signed at once".to_owned())
        }
        _ => Ok(()),
    };
    let service = SigningService::new(keyring.clone(), Clients::ByCertificate, rules);
    assert_eq!(asked(&service, &honest(&keyring, "a")).await, (403, "declined".to_owned()));
    let mut other = made::CONFIG;
    other.policy = [9; 32];
    let service = by_certificate(keyring.clone()).require_config(other);
    assert_eq!(asked(&service, &honest(&keyring, "b")).await, (403, "declined".to_owned()));
    let service = by_certificate(keyring.clone()).require_config(made::CONFIG);
    assert_eq!(asked(&service, &honest(&keyring, "c")).await, (200, "signed".to_owned()));
}

#[tokio::test]
async fn an_answer_repeats_nothing_of_a_malformed_request() {
    let service = by_certificate(made::vault().await);
    for body in [
        br#"{"version": "sk-4242"}"#.to_vec(),
        b"sk-4242".to_vec(),
        vec![0xff; 32],
        vec![b'['; 100_000],
    ] {
        let request = Request::builder().method(Method::POST).uri("/v1/sign");
        let answer = service.answer(&request.body(body).unwrap(), made::now_ms()).await;
        assert_eq!(answer.status(), 400);
        assert!(!answer.body().contains("4242"), "{}", answer.body());
    }
    let mut body = honest(&made::vault().await, "hex");
    body["message"] = "sk-4242Z".into();
    let request = Request::builder().method(Method::POST).uri("/v1/sign");
    let request = request.body(body.to_string().into_bytes()).unwrap();
    let answer = service.answer(&request, made::now_ms()).await;
    assert_eq!(answer.status(), 400);
    for part in ["4242", "'s'", "'Z'"] {
        assert!(!answer.body().contains(part), "{}", answer.body());
    }
    an_answer_repeats_no_payload(&service).await;
    let request = Request::builder().method(Method::POST).uri("/v1/sign");
    let long = request.body(vec![b' '; (2 << 20) + 1]).unwrap();
    assert_eq!(coded(&service.answer(&long, made::now_ms()).await), (413, "too_long".to_owned()));
    let elsewhere = Request::builder().uri("/v1/other").body(Vec::new()).unwrap();
    let answer = service.answer(&elsewhere, made::now_ms()).await;
    assert_eq!(coded(&answer), (404, "not_found".to_owned()));
}

/// Drafts and plans that can't be read.
async fn an_answer_repeats_no_payload(service: &SigningService) {
    let ring = made::vault().await;
    let keys = ["evm", "btc", "sol"].map(|name| ring.named(name).unwrap());
    let [evm, btc, sol] = &keys;
    let (call, payment, transfer) = (made::call(evm), made::payment(btc), made::transfer(sol));
    let refund = made::refund(btc, 3);
    for (key, evidence) in [
        (evm, KeyEvidence::Call(CallEvidence::Evm(&call))),
        (btc, KeyEvidence::Payment(&payment)),
        (btc, KeyEvidence::Refund(&refund)),
        (sol, KeyEvidence::Transfer(&transfer)),
    ] {
        for payload in ["sk-4242", "\"sk-4242\"", "0xsk-4242Z"] {
            let mut body = request(key, "ecdsa", b"", &evidence);
            body["evidence"]["payload"] = payload.into();
            let asked = Request::builder().method(Method::POST).uri("/v1/sign");
            let asked = asked.body(body.to_string().into_bytes()).unwrap();
            let answer = service.answer(&asked, made::now_ms()).await;
            let kind = &body["evidence"]["kind"];
            assert_eq!(answer.status(), 400, "{kind}: {}", answer.body());
            assert!(!answer.body().contains("4242"), "{kind}: {}", answer.body());
        }
    }
}

#[tokio::test]
async fn nobody_unknown_is_answered() {
    let service = service().await;
    for uri in ["/v1/sign", "/v1/keys/evm", "/v1/other"] {
        let request = Request::builder().uri(uri).body(Vec::new()).unwrap();
        let answer = service.answer(&request, made::now_ms()).await;
        assert_eq!(coded(&answer), (401, "unauthenticated".to_owned()), "{uri}");
    }
}

#[tokio::test]
async fn a_key_is_named_as_it_is_called_and_not_as_the_path_is_written() {
    let service = by_certificate(made::vault().await);
    for path in ["/v1/keys/evm", "/v1/keys/%65vm"] {
        let request = Request::builder().uri(path).body(Vec::new()).unwrap();
        let answer = service.answer(&request, made::now_ms()).await;
        let body: Value = serde_json::from_str(answer.body()).unwrap();
        assert_eq!(body["id"], "evm", "{path}");
    }
    for (path, status) in [("/v1/keys/%ff", 400), ("/v1/keys/%6eobody", 404)] {
        let request = Request::builder().uri(path).body(Vec::new()).unwrap();
        assert_eq!(service.answer(&request, made::now_ms()).await.status(), status, "{path}");
    }
}
