//! A caller that was taken over names another key of the service than the evidence is about.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use countersign_evm::CallEvidence;
use http::{Method, Request};
use k256::ecdsa::signature::hazmat::PrehashVerifier as _;
use serde_json::{Value, json};

use super::made;
use super::server::{Server, hmac_key, keyring};
use crate::remote::{ClientName, Clients, SigningCall, SigningService, file};
use crate::source::Prehash;
use crate::{Key, KeyEvidence, Keyring};

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

/// A service, and how often it has asked its rules, which allow everything.
struct Counted {
    service: SigningService,
    rules: Arc<AtomicU32>,
}

impl Counted {
    fn new(ring: &Keyring) -> Self {
        let rules = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&rules);
        let allow = move |_: &SigningCall<'_>| {
            counter.fetch_add(1, Ordering::SeqCst);
            Ok(())
        };
        let service = SigningService::new(ring.clone(), Clients::ByCertificate, allow);
        Self { service, rules }
    }

    /// Returns the status, the body, and how often the rules were asked.
    async fn asked(&self, body: &Value) -> (u16, Value, u32) {
        let request = Request::builder().method(Method::POST).uri("/v1/sign");
        let request = request.body(body.to_string().into_bytes()).unwrap();
        let answer = self.service.answer(&request, made::now_ms()).await;
        let body = serde_json::from_str(answer.body()).unwrap();
        (answer.status().as_u16(), body, self.rules.swap(0, Ordering::SeqCst))
    }

    /// Asks with the evidence's own key, which signs, and with another key that may sign for it,
    /// which does not: the rules aren't asked then. Returns the signature.
    async fn signs_with_the_own_key_alone(
        &self,
        (own, other): (&Key, &Key),
        (scheme, message): (&str, &[u8]),
        evidence: KeyEvidence<'_>,
    ) -> Vec<u8> {
        other.require_scope(&evidence).unwrap();
        let (status, body, rules) = self.asked(&request(other, scheme, message, &evidence)).await;
        assert_eq!((status, &body["code"], rules), (403, &json!("declined"), 0), "{body}");
        assert_eq!(body["reason"], "the evidence is not about the key that is to sign it");
        assert_eq!(body.as_object().unwrap().len(), 2, "{body}");
        let (status, body, rules) = self.asked(&request(own, scheme, message, &evidence)).await;
        assert_eq!((status, rules), (200, 1), "{body}");
        hex::decode(body["signature"].as_str().unwrap()).unwrap()
    }
}

async fn keys<const COUNT: usize>(names: [&str; COUNT]) -> (Counted, [Key; COUNT]) {
    let ring = made::vault().await;
    (Counted::new(&ring), names.map(|name| ring.named(name).unwrap()))
}

/// Judges a signature by k256: the service signs by libsecp256k1.
fn assert_ecdsa(key: &Key, message: &[u8], signature: &[u8]) {
    let signature = k256::ecdsa::Signature::from_slice(signature).unwrap();
    let key = k256::ecdsa::VerifyingKey::from_sec1_bytes(key.public_key().as_bytes()).unwrap();
    key.verify_prehash(message, &signature).unwrap();
}

/// Judges a signature by k256, for the 32 bytes of a key as it stands in an output.
fn assert_schnorr(key: &[u8], message: &[u8], signature: &[u8]) {
    let signature = k256::schnorr::Signature::try_from(signature).unwrap();
    let key = k256::schnorr::VerifyingKey::from_bytes(key).unwrap();
    key.verify_raw(message, &signature).unwrap();
}

#[tokio::test]
async fn a_permit_and_a_call_are_signed_by_their_owner_alone() {
    let (service, [evm, treasury]) = keys(["evm", "treasury"]).await;
    let (permit, call) = (made::permit(&evm, 1_000_000), made::call(&evm));
    for (digest, evidence) in [
        (*permit.digest().as_bytes(), KeyEvidence::Permit(&permit)),
        (*call.sighash().as_bytes(), KeyEvidence::Call(CallEvidence::Evm(&call))),
    ] {
        let (keys, wanted) = ((&evm, &treasury), ("ecdsa", digest.as_slice()));
        let signature = service.signs_with_the_own_key_alone(keys, wanted, evidence).await;
        assert_ecdsa(&evm, &digest, &signature);
    }
}

#[tokio::test]
async fn coins_are_paid_by_the_key_that_they_are_locked_to_alone() {
    let (service, [btc, treasury]) = keys(["btc", "treasury"]).await;
    let payment = made::payment(&btc);
    let (evidence, keys) = (KeyEvidence::Payment(&payment), (&btc, &treasury));
    let [plain, taproot] = payment.sighashes().try_into().unwrap();
    let wanted = ("ecdsa", plain.as_bytes().as_slice());
    let signature = service.signs_with_the_own_key_alone(keys, wanted, evidence).await;
    assert_ecdsa(&btc, plain.as_bytes(), &signature);
    let wanted = ("bip340_bip86", taproot.as_bytes().as_slice());
    let signature = service.signs_with_the_own_key_alone(keys, wanted, evidence).await;
    let script = &payment.terms().approval.coins[1].script_pubkey;
    assert_schnorr(&script[2..], taproot.as_bytes(), &signature);
}

#[tokio::test]
async fn coins_are_taken_back_by_the_key_that_they_are_locked_to_alone() {
    let (service, [btc, treasury]) = keys(["btc", "treasury"]).await;
    let (refund, in_a_tree) = (made::refund(&btc, 3), made::refund_in_a_tree(&btc));
    let keys = (&btc, &treasury);
    let message = refund.sighash().as_bytes().as_slice();
    let evidence = KeyEvidence::Refund(&refund);
    let wanted = ("ecdsa", message);
    let signature = service.signs_with_the_own_key_alone(keys, wanted, evidence).await;
    assert_ecdsa(&btc, message, &signature);
    let message = in_a_tree.sighash().as_bytes().as_slice();
    let evidence = KeyEvidence::Refund(&in_a_tree);
    let wanted = ("bip340", message);
    let signature = service.signs_with_the_own_key_alone(keys, wanted, evidence).await;
    assert_schnorr(&btc.public_key().as_bytes()[1..], message, &signature);
}

#[tokio::test]
async fn a_transfer_is_signed_by_its_owner_alone() {
    let (service, [sol, treasury]) = keys(["sol", "sol-treasury"]).await;
    let transfer = made::transfer(&sol);
    let (message, evidence) = (transfer.message(), KeyEvidence::Transfer(&transfer));
    let (keys, wanted) = ((&sol, &treasury), ("ed25519", message.as_bytes()));
    let signature = service.signs_with_the_own_key_alone(keys, wanted, evidence).await;
    let key = UnparsedPublicKey::new(&ED25519, sol.public_key().as_bytes());
    key.verify(message.as_bytes(), &signature).unwrap();
}

#[tokio::test]
async fn a_key_of_another_curve_is_another_key() {
    let (service, [evm, sol, btc]) = keys(["evm", "sol", "btc"]).await;
    let (permit, transfer, payment) =
        (made::permit(&evm, 1), made::transfer(&sol), made::payment(&btc));
    for (key, evidence) in [
        (&sol, KeyEvidence::Permit(&permit)),
        (&sol, KeyEvidence::Payment(&payment)),
        (&evm, KeyEvidence::Transfer(&transfer)),
    ] {
        for scheme in ["ecdsa", "bip340", "bip340_bip86", "ed25519"] {
            let body = request(key, scheme, &evidence.digest().unwrap(), &evidence);
            let (status, body, rules) = service.asked(&body).await;
            assert_eq!((status, &body["code"], rules), (403, &json!("declined"), 0), "{body}");
        }
    }
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
    let (service, [key]) = keys(["evm"]).await;
    let permit = made::permit(&key, 1);
    let message = permit.digest().as_bytes();
    let mut body = request(&key, "ecdsa", message, &KeyEvidence::Permit(&permit));
    body["evidence"]["terms"]["environment"] = "mainnet".into();
    let (status, body, rules) = service.asked(&body).await;
    assert_eq!((status, &body["code"], rules), (403, &json!("declined"), 0));
}
