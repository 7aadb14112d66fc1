//! A caller that was taken over names another key of the service than the evidence is about.

use std::sync::{Arc, Mutex};

use countersign_evm::CallEvidence;
use http::{Method, Request};
use serde_json::{Value, json};

use super::made;
use super::server::{Server, hmac_key, keyring};
use super::tampered::asked;
use crate::remote::{ClientName, Clients, SigningCall, SigningService, file};
use crate::source::Prehash;
use crate::{Key, KeyEvidence};

/// A request to have a message signed for evidence by a key.
pub(super) fn request(
    key: &Key,
    scheme: &str,
    message: &[u8],
    evidence: &KeyEvidence<'_>,
) -> Value {
    let evidence = file::write(evidence).unwrap();
    json!({
        "version": 1,
        "time": made::now_ms(),
        "nonce": uuid::Uuid::new_v4().to_string(),
        "key": {"id": key.name(), "curve": key.curve(), "public_key": key.public_key().to_string()},
        "scheme": scheme,
        "message": hex::encode(message),
        "evidence": serde_json::from_str::<Value>(&evidence).unwrap(),
    })
}

/// What came of asking with the evidence's own key, and with another key that may sign for it.
async fn both(
    service: &SigningService,
    (own, other): (&Key, &Key),
    (scheme, message): (&str, &[u8]),
    evidence: KeyEvidence<'_>,
) -> [(u16, String); 2] {
    let with = async |key| asked(service, &request(key, scheme, message, &evidence)).await;
    [with(own).await, with(other).await]
}

fn signed_and_declined() -> [(u16, String); 2] {
    [(200, "signed".to_owned()), (403, "declined".to_owned())]
}

#[tokio::test]
async fn evidence_is_signed_by_the_key_that_it_is_about_and_by_no_other() {
    let ring = made::vault().await;
    let service =
        SigningService::new(ring.clone(), Clients::ByCertificate, |_: &SigningCall<'_>| Ok(()));
    let keys = ["evm", "btc", "sol", "treasury", "sol-treasury"];
    let [evm, btc, sol, treasury, sol_treasury] = keys.map(|name| ring.named(name).unwrap());

    let permit = made::permit(&evm, 1_000_000);
    let evidence = KeyEvidence::Permit(&permit);
    let wanted = ("ecdsa", permit.digest().as_bytes().as_slice());
    assert_eq!(both(&service, (&evm, &treasury), wanted, evidence).await, signed_and_declined());

    let call = made::call(&evm);
    let evidence = KeyEvidence::Call(CallEvidence::Evm(&call));
    let wanted = ("ecdsa", call.sighash().as_bytes().as_slice());
    assert_eq!(both(&service, (&evm, &treasury), wanted, evidence).await, signed_and_declined());

    let payment = made::payment(&btc);
    let evidence = KeyEvidence::Payment(&payment);
    for (sighash, scheme) in payment.sighashes().iter().zip(["ecdsa", "bip340_bip86"]) {
        let wanted = (scheme, sighash.as_bytes().as_slice());
        assert_eq!(
            both(&service, (&btc, &treasury), wanted, evidence).await,
            signed_and_declined()
        );
    }

    let transfer = made::transfer(&sol);
    let evidence = KeyEvidence::Transfer(&transfer);
    let message = transfer.message();
    let wanted = ("ed25519", message.as_bytes());
    let outcome = both(&service, (&sol, &sol_treasury), wanted, evidence).await;
    assert_eq!(outcome, signed_and_declined());
}

#[tokio::test]
async fn rules_are_told_who_asks_and_with_which_key() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let rules = {
        let seen = Arc::clone(&seen);
        move |call: &SigningCall<'_>| {
            let client = call.client().map(str::to_owned);
            let about = (call.key().name().to_owned(), call.evidence().digest());
            seen.lock().unwrap().push((client, about));
            Ok(())
        }
    };
    let ring = made::vault().await;
    let permit = made::permit(&ring.named("evm").unwrap(), 1);
    let digest = Prehash::new(permit.digest().as_bytes());
    let service = SigningService::new(ring.clone(), Clients::hmac([hmac_key()]), rules.clone());
    let key = keyring(&Server::start(service).await).await.named("evm").unwrap();
    key.ecdsa(KeyEvidence::Permit(&permit), digest).await.unwrap();

    let evidence = KeyEvidence::Permit(&permit);
    let body = request(&key, "ecdsa", permit.digest().as_bytes(), &evidence).to_string();
    let service = SigningService::new(ring, Clients::ByCertificate, rules);
    let asked = Request::builder().method(Method::POST).uri("/v1/sign");
    let asked = asked.extension(ClientName::new("desk 7")).body(body.into_bytes()).unwrap();
    assert_eq!(service.answer(&asked, made::now_ms()).await.status(), 200);

    let about = ("evm".to_owned(), Some(*permit.digest().as_bytes()));
    let clients = [Some("countersign-1".to_owned()), Some("desk 7".to_owned())];
    assert_eq!(*seen.lock().unwrap(), clients.map(|client| (client, about.clone())));
}

#[tokio::test]
async fn rules_are_not_asked_about_what_the_key_may_not_sign() {
    let asked_rules = Arc::new(Mutex::new(0_u32));
    let rules = {
        let asked = Arc::clone(&asked_rules);
        move |_: &SigningCall<'_>| {
            *asked.lock().unwrap() += 1;
            Ok(())
        }
    };
    let ring = made::vault().await;
    let service = SigningService::new(ring.clone(), Clients::ByCertificate, rules);
    let key = ring.named("evm").unwrap();
    let permit = made::permit(&key, 1);
    let message = permit.digest().as_bytes();
    let mut body = request(&key, "ecdsa", message, &KeyEvidence::Permit(&permit));
    body["evidence"]["terms"]["environment"] = "mainnet".into();
    assert_eq!(asked(&service, &body).await, (403, "declined".to_owned()));
    assert_eq!(*asked_rules.lock().unwrap(), 0);
}
