//! A service that has a registry of its own believes it, and not the caller's terms.

use countersign_approval::{Registry, Sats};
use http::{Method, Request};
use serde_json::Value;

use super::made;
use super::other_key::request;
use crate::KeyEvidence;
use crate::remote::{Clients, SigningCall, SigningService};

/// What is pinned of the network that honest permits are for.
const HONEST: &str = r#"
environment = "sandbox"
[networks.ethereum]
kind = "evm"
api_network_id = 1
chain_id = 31337
permit2 = "0x000000000022D473030F116dDEE9F6B43aC78BA3"
escrows = ["0x5047df89E1A7EB370B5f9d7604BB5dF2278ca63E"]
resolvers = ["0xFAa2C73d45F573aD2b6a5d83617719F230ED6441"]
witnesses = ["DepositWitness(address resolverDepositAddress,bytes32 secretHash,uint256 deadline)"]
[tokens.USDC]
network = "ethereum"
address = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
decimals = 6
"#;

/// What a service by a registry answers to a request that says it is made from just that.
async fn asked(registry: &str, body: &Value) -> (u16, String) {
    let registry = Registry::from_toml(registry).unwrap();
    let mut body = body.clone();
    let digest = hex::encode(registry.digest());
    body["evidence"]["terms"]["config"]["registry"] = digest.clone().into();
    body["evidence"]["policy"]["registry"] = digest.into();
    let rules = |_: &SigningCall<'_>| Ok(());
    let service = SigningService::new(made::vault().await, Clients::ByCertificate, rules);
    answer(&service.registry(registry), &body).await
}

async fn answer(service: &SigningService, body: &Value) -> (u16, String) {
    let request = Request::builder().method(Method::POST).uri("/v1/sign");
    let request = request.body(body.to_string().into_bytes()).unwrap();
    let answer = service.answer(&request, made::now_ms()).await;
    (answer.status().as_u16(), answer.into_body())
}

#[tokio::test]
async fn terms_are_compared_with_the_services_own_registry() {
    let key = made::vault().await.named("evm").unwrap();
    let permit = made::permit(&key, 1_000_000);
    let message = permit.digest().as_bytes();
    let body = request(&key, "ecdsa", message, &KeyEvidence::Permit(&permit));
    let (status, text) = asked(HONEST, &body).await;
    assert_eq!(status, 200, "{text}");
    for (from, to, member) in [
        ("chain_id = 31337", "chain_id = 31338", "chain_id"),
        ("5047df89E1A7EB370B5f9d7604BB5dF2278ca63E", &"51".repeat(20), "escrows"),
        ("FAa2C73d45F573aD2b6a5d83617719F230ED6441", &"52".repeat(20), "resolvers"),
        ("uint256 deadline)", "uint256 until)", "witnesses"),
        ("000000000022D473030F116dDEE9F6B43aC78BA3", &"53".repeat(20), "permit2"),
        ("ethereum", "base", "network"),
    ] {
        let (status, text) = asked(&HONEST.replace(from, to), &body).await;
        assert_eq!(status, 403, "{member}: {text}");
        assert!(text.contains(&format!("{member}: expected")), "{text}");
    }
}

#[tokio::test]
async fn the_environment_is_the_registrys() {
    let key = made::vault().await.named("evm").unwrap();
    let permit = made::permit(&key, 1_000_000);
    let message = permit.digest().as_bytes();
    let body = request(&key, "ecdsa", message, &KeyEvidence::Permit(&permit));
    let testnet = HONEST.replace("sandbox", "testnet").replace("31337", "11155111");
    let (status, text) = asked(&testnet, &body).await;
    assert!(status == 403 && text.contains("environment: expected testnet"), "{status} {text}");
}

#[tokio::test]
async fn terms_that_name_another_registry_are_declined() {
    let key = made::vault().await.named("evm").unwrap();
    let permit = made::permit(&key, 1);
    let message = permit.digest().as_bytes();
    let body = request(&key, "ecdsa", message, &KeyEvidence::Permit(&permit));
    let rules = |_: &SigningCall<'_>| Ok(());
    let service = SigningService::new(made::vault().await, Clients::ByCertificate, rules);
    let service = service.registry(Registry::from_toml(HONEST).unwrap());
    let (status, text) = answer(&service, &body).await;
    assert!(status == 403 && text.contains("another registry"), "{status} {text}");
}

#[tokio::test]
async fn a_transaction_is_on_the_chain_of_the_registry() {
    let key = made::vault().await.named("evm").unwrap();
    let call = made::call(&key);
    let evidence = KeyEvidence::Call(countersign_evm::CallEvidence::Evm(&call));
    let body = request(&key, "ecdsa", call.sighash().as_bytes(), &evidence);
    assert_eq!(asked(HONEST, &body).await.0, 200);
    let other = HONEST.replace("chain_id = 31337", "chain_id = 31338");
    let (status, text) = asked(&other, &body).await;
    assert!(status == 403 && text.contains("chain_id: expected 31338"), "{status} {text}");
}

#[tokio::test]
async fn a_refund_leaves_most_of_what_it_takes_back() {
    let ring = made::vault().await;
    let key = ring.named("btc").unwrap();
    let service = |most: Option<Sats>| {
        let rules = |_: &SigningCall<'_>| Ok(());
        let service = SigningService::new(ring.clone(), Clients::ByCertificate, rules);
        most.map_or(service.clone(), |most| service.max_refund_fee(most))
    };
    let asked = async |most: Option<u64>, fee_rate: u64| {
        let refund = made::refund(&key, fee_rate);
        let evidence = KeyEvidence::Refund(&refund);
        let body = request(&key, "ecdsa", refund.sighash().as_bytes(), &evidence);
        let most = most.map(|most| Sats::new(most).unwrap());
        (answer(&service(most), &body).await.0, refund.fee().value())
    };
    // It takes back 100,000 satoshis.
    let (status, fee) = asked(None, 300).await;
    assert!(status == 200 && fee < 50_000, "{status} {fee}");
    let (status, fee) = asked(None, 400).await;
    assert!(status == 403 && fee > 50_000, "{status} {fee}");
    assert_eq!(asked(Some(fee), 400).await.0, 200);
    assert_eq!(asked(Some(1), 1).await.0, 403);
}

#[tokio::test]
async fn a_refund_pays_to_a_key_of_the_service() {
    let ring = made::vault().await;
    let key = ring.named("btc").unwrap();
    let rules = |_: &SigningCall<'_>| Ok(());
    let service = SigningService::new(ring.clone(), Clients::ByCertificate, rules);
    let asked = async |script: &[u8]| {
        let refund = made::refund_to(&key, script, 3);
        let evidence = KeyEvidence::Refund(&refund);
        let message = refund.sighash().as_bytes();
        answer(&service, &request(&key, "ecdsa", message, &evidence)).await
    };
    let scripts = |name: &str| {
        let key = ring.named(name).unwrap().public_key().as_bytes().try_into().unwrap();
        countersign_bitcoin::scripts_of_key(key).unwrap()
    };
    for script in [scripts("btc"), scripts("treasury")].concat() {
        let (status, text) = asked(&script).await;
        assert_eq!(status, 200, "{text}");
    }
    // The key is one of the service, and not for coins.
    for script in [scripts("evm"), vec![[[0, 20].as_slice(), &[0xab; 20]].concat()]].concat() {
        let (status, text) = asked(&script).await;
        assert!(status == 403 && text.contains("pays to no key of this service"), "{text}");
    }
}
