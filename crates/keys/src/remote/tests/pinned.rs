//! A service that has a registry of its own believes it, and not the caller's terms.

use countersign_approval::{CallAction, Registry, Sats};
use countersign_evm::CallEvidence;
use countersign_units::{EvmAddress, Lots};
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
    let evidence = KeyEvidence::Call(CallEvidence::Evm(&call));
    let body = request(&key, "ecdsa", call.sighash().as_bytes(), &evidence);
    let honest = HONEST.replace("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", &moved());
    let (status, text) = asked(&honest, &body).await;
    assert_eq!(status, 200, "{text}");
    declined(&honest.replace("= 31337", "= 31338"), &body, "chain_id: expected 31338").await;
    // What moves is no token of the registry's.
    declined(HONEST, &body, "token: expected").await;
}

/// The token of a transaction that moves one.
fn moved() -> String {
    format!("0x{}", "70".repeat(20))
}

async fn declined(registry: &str, body: &Value, why: &str) {
    let (status, text) = asked(registry, body).await;
    assert!(status == 403 && text.contains(why), "{why}: {status} {text}");
}

#[tokio::test]
async fn an_allowance_is_given_to_the_permit2_of_the_registry() {
    let key = made::vault().await.named("evm").unwrap();
    let [token, permit2] = [
        "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
        "0x000000000022D473030F116dDEE9F6B43aC78BA3",
    ]
    .map(|address| address.parse::<EvmAddress>().unwrap());
    let thief = EvmAddress::new([0xba; 20]);
    let asked_for = async |action: CallAction| {
        let call = made::call_that(&key, action);
        let evidence = KeyEvidence::Call(CallEvidence::Evm(&call));
        let body = request(&key, "ecdsa", call.sighash().as_bytes(), &evidence);
        asked(HONEST, &body).await
    };
    let approve =
        |token, permit2| CallAction::Approve { token, permit2, amount: Lots::from(1_000_000) };
    let invalidate = |permit2| CallAction::invalidate(permit2, countersign_units::U256::from(42));
    for (honest, lies) in [
        (approve(token, permit2), vec![approve(token, thief), approve(thief, permit2)]),
        (invalidate(permit2), vec![invalidate(thief)]),
        (CallAction::FillNonce, Vec::new()),
        (CallAction::ReplaceNonce, Vec::new()),
    ] {
        let (status, text) = asked_for(honest).await;
        assert_eq!(status, 200, "{honest:?}: {text}");
        for lie in lies {
            let (status, text) = asked_for(lie).await;
            assert!(
                status == 403 && text.contains("expected what the service's"),
                "{lie:?}: {text}"
            );
        }
    }
}

#[tokio::test]
async fn a_permit_is_for_the_token_of_the_registry() {
    let key = made::vault().await.named("evm").unwrap();
    let permit = made::permit(&key, 1_000_000);
    let message = permit.digest().as_bytes();
    let body = request(&key, "ecdsa", message, &KeyEvidence::Permit(&permit));
    let other = HONEST.replace("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", &moved());
    declined(&other, &body, "token: expected").await;
    declined(&HONEST.replace("tokens.USDC", "tokens.DAI"), &body, "token: expected").await;
    let symbol = HONEST.replace("decimals = 6", "decimals = 6\nsymbol = \"USDX\"");
    declined(&symbol, &body, "symbol: expected USDX").await;
    declined(&HONEST.replace("decimals = 6", "decimals = 8"), &body, "decimals: expected 8").await;
}

#[tokio::test]
async fn a_payment_is_on_the_network_of_the_registry() {
    const BITCOIN: &str = r#"
environment = "sandbox"
[networks.bitcoin]
kind = "bitcoin"
api_network_id = 3
network = "regtest"
[tokens.USDC]
network = "bitcoin"
address = "btc"
decimals = 6
"#;
    let key = made::vault().await.named("btc").unwrap();
    let payment = made::payment(&key);
    let evidence = KeyEvidence::Payment(&payment);
    let [plain, _] = payment.sighashes().try_into().unwrap();
    let body = request(&key, "ecdsa", plain.as_bytes(), &evidence);
    let (status, text) = asked(BITCOIN, &body).await;
    assert_eq!(status, 200, "{text}");
    // The network of the terms is in the sandbox, and the one of the registry on a public test network.
    let other = BITCOIN.replace("regtest", "signet").replace("sandbox", "testnet");
    declined(&other, &body, "environment: expected testnet").await;
    let other = BITCOIN.replace("networks.bitcoin", "networks.coins");
    let other = other.replace("network = \"bitcoin\"", "network = \"coins\"");
    declined(&other, &body, "token's network: expected coins").await;
}

#[tokio::test]
async fn a_transfer_is_on_the_cluster_of_the_registry() {
    let solana = |genesis: u8| {
        format!(
            "environment = \"sandbox\"\n[networks.solana]\nkind = \"solana\"\napi_network_id = 4\n\
             genesis_hash = \"{}\"\n[tokens.USDC]\nnetwork = \"solana\"\n\
             address = \"11111111111111111111111111111111\"\ndecimals = 6\nprogram = \"native\"\n",
            countersign_units::SolanaHash::new([genesis; 32])
        )
    };
    let key = made::vault().await.named("sol").unwrap();
    let transfer = made::transfer(&key);
    let evidence = KeyEvidence::Transfer(&transfer);
    let body = request(&key, "ed25519", transfer.message().as_bytes(), &evidence);
    let (status, text) = asked(&solana(9), &body).await;
    assert_eq!(status, 200, "{text}");
    declined(&solana(8), &body, "genesis_hash: expected").await;
    let token = solana(9).replace("native", "spl-token");
    declined(&token, &body, "token: expected").await;
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
async fn change_goes_to_a_key_of_the_service() {
    let ring = made::vault().await;
    let key = ring.named("btc").unwrap();
    let rules = |_: &SigningCall<'_>| Ok(());
    let service = SigningService::new(ring.clone(), Clients::ByCertificate, rules);
    let asked = async |other: &str| {
        let other = ring.named(other).unwrap().public_key().as_bytes().try_into().unwrap();
        let payment = made::payment_with_change(&key, other);
        let sighashes = payment.sighashes();
        let evidence = KeyEvidence::Payment(&payment);
        let mut answers = Vec::new();
        // One of the inputs is that of the key by ECDSA.
        for sighash in sighashes {
            let body = request(&key, "ecdsa", sighash.as_bytes(), &evidence);
            answers.push(answer(&service, &body).await);
        }
        answers
    };
    let signed = |answers: &[(u16, String)]| answers.iter().any(|(status, _)| *status == 200);
    let own = asked("treasury").await;
    assert!(signed(&own), "{own:?}");
    // A key of the service that is not for coins is nobody's here.
    let away = asked("evm").await;
    let told =
        |(_, text): &(u16, String)| text.contains("the change goes to no key of this service");
    assert!(!signed(&away) && away.iter().any(told), "{away:?}");
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
