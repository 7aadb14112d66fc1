//! Quotes of 1Click and Aurora, verified by another implementation over a text that is written
//! here by itself.

use std::collections::BTreeMap;
use std::time::Duration;

use countersign_sandbox::{Account, Sandbox, SandboxConfig};
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::client::{Answer, send_with};

/// Which API is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Api {
    OneClick,
    Aurora,
}

pub(crate) const APIS: [Api; 2] = [Api::OneClick, Api::Aurora];

pub(crate) fn quick() -> SandboxConfig {
    SandboxConfig { step: Duration::from_millis(5), ..SandboxConfig::default() }
}

impl Api {
    fn path(self, sandbox: &Sandbox, call: &str) -> String {
        match self {
            Self::OneClick => format!("/oneclick/v0/{call}"),
            Self::Aurora => format!("/aurora/api/{call}/{}", sandbox.aurora_key()),
        }
    }

    pub(crate) async fn post(self, sandbox: &Sandbox, call: &str, body: &Value) -> Answer {
        let line = format!("POST {}", self.path(sandbox, call));
        let key = format!("X-API-Key: {}\r\n", sandbox.oneclick_key());
        send_with(sandbox, &line, &key, &body.to_string()).await
    }

    pub(crate) async fn get(self, sandbox: &Sandbox, call: &str, query: &str) -> Answer {
        let line = format!("GET {}{query}", self.path(sandbox, call));
        send_with(sandbox, &line, "", "").await
    }

    pub(crate) async fn quote(self, sandbox: &Sandbox, body: &Value) -> Value {
        let answer = self.post(sandbox, "quote", body).await;
        let made = if self == Self::OneClick { 201 } else { 200 };
        assert_eq!(answer.status, made, "{answer:?}");
        answer.json()
    }

    pub(crate) async fn status(self, sandbox: &Sandbox, quote: &Value) -> Value {
        let query = format!("?depositAddress={}", address_of(quote));
        let answer = self.get(sandbox, "status", &query).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    pub(crate) async fn wait(self, sandbox: &Sandbox, quote: &Value, wanted: &str) -> Value {
        let mut seen = Value::Null;
        for _ in 0..600 {
            seen = self.status(sandbox, quote).await;
            if seen["status"] == wanted {
                return seen;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("never {wanted}: {seen}");
    }
}

pub(crate) fn address_of(quote: &Value) -> &str {
    quote["quote"]["depositAddress"].as_str().unwrap()
}

pub(crate) fn named(sandbox: &Sandbox, name: &str, network: &str) -> Account {
    let is_it = |account: &Account| account.name == name && account.network == network;
    sandbox.accounts().into_iter().find(is_it).unwrap()
}

pub(crate) fn in_seconds(seconds: i64) -> String {
    let then = OffsetDateTime::now_utc() + time::Duration::seconds(seconds);
    then.replace_nanosecond(0).unwrap().format(&Rfc3339).unwrap()
}

/// Asks to pay in one asset, and to be paid another on Solana.
pub(crate) fn request(sandbox: &Sandbox, (asset, network): (&str, &str), amount: &str) -> Value {
    let target = if network == "solana" { ("usdc", "ethereum") } else { ("sol", "solana") };
    json!({
        "dry": false, "swapType": "EXACT_INPUT", "slippageTolerance": 100,
        "originAsset": format!("nep141:sandbox-{asset}.omft.near"),
        "depositType": "ORIGIN_CHAIN",
        "destinationAsset": format!("nep141:sandbox-{}.omft.near", target.0),
        "amount": amount, "refundTo": named(sandbox, "default", network).address,
        "refundType": "ORIGIN_CHAIN", "recipient": sandbox.new_recipient(target.1),
        "recipientType": "DESTINATION_CHAIN", "deadline": in_seconds(600),
    })
}

const AMOUNTS: [&str; 8] = [
    "amountIn",
    "amountInFormatted",
    "amountInUsd",
    "amountOut",
    "amountOutFormatted",
    "amountOutUsd",
    "minAmountIn",
    "minAmountOut",
];

/// Writes the text that is signed, member by member.
fn canonical(answer: &Value) -> String {
    let (request, quote) = (&answer["quoteRequest"], &answer["quote"]);
    let is_wet = request["dry"] == json!(false);
    let truthy = |value: &Value| !matches!(value, Value::Null) && value != 0 && value != "";
    let mut text: BTreeMap<&str, Value> = BTreeMap::new();
    for name in [
        "amount",
        "depositType",
        "destinationAsset",
        "dry",
        "originAsset",
        "recipient",
        "recipientType",
        "refundTo",
        "refundType",
        "slippageTolerance",
        "swapType",
    ] {
        text.insert(name, request[name].clone());
    }
    for name in AMOUNTS {
        text.insert(name, quote[name].clone());
    }
    for name in ["quoteWaitingTimeMs", "referral"] {
        text.extend(Some(&request[name]).filter(|value| truthy(value)).map(|v| (name, v.clone())));
    }
    let either = if is_wet { quote } else { request };
    for name in
        ["customRecipientMsg", "deadline", "virtualChainRecipient", "virtualChainRefundRecipient"]
    {
        text.extend(Some(&either[name]).filter(|value| truthy(value)).map(|v| (name, v.clone())));
    }
    for name in [
        "depositAddress",
        "depositMemo",
        "refundFee",
        "timeEstimate",
        "timeWhenInactive",
        "withdrawFee",
    ] {
        let value = Some(&quote[name]).filter(|value| is_wet && truthy(value));
        text.extend(value.map(|value| (name, value.clone())));
    }
    text.insert("timestamp", answer["timestamp"].clone());
    serde_json::to_string(&text).unwrap()
}

fn from_base58(text: &str) -> Vec<u8> {
    bs58::decode(text.strip_prefix("ed25519:").unwrap()).into_vec().unwrap()
}

pub(crate) fn pinned_key(sandbox: &Sandbox) -> String {
    let registry = sandbox.registry_toml();
    let key = registry.split("keys = [\"").nth(1).unwrap().split('"').next().unwrap();
    key.to_owned()
}

fn is_signed(sandbox: &Sandbox, answer: &Value) -> bool {
    let key = from_base58(&pinned_key(sandbox)).try_into().unwrap();
    let signature = from_base58(answer["signature"].as_str().unwrap());
    let message = bs58::encode(Sha256::digest(canonical(answer))).into_string();
    VerifyingKey::from_bytes(&key)
        .unwrap()
        .verify_strict(message.as_bytes(), &Signature::from_slice(&signature).unwrap())
        .is_ok()
}

#[tokio::test]
async fn quotes_are_signed_as_documented() {
    let sandbox = Sandbox::start(quick()).await.unwrap();
    for api in APIS {
        for dry in [true, false] {
            let mut body = request(&sandbox, ("usdc", "ethereum"), "100000000");
            body["dry"] = json!(dry);
            let answer = api.quote(&sandbox, &body).await;
            assert!(is_signed(&sandbox, &answer), "{api:?} {dry} {answer}");
            assert_eq!(answer["quote"].get("depositAddress").is_none(), dry);
            for (part, name) in
                [("quoteRequest", "recipient"), ("quoteRequest", "amount"), ("quote", "amountOut")]
            {
                let mut changed = answer.clone();
                changed[part][name] = json!("1");
                assert!(!is_signed(&sandbox, &changed), "{api:?} {dry} {name}");
            }
        }
    }
}

#[tokio::test]
async fn the_request_comes_back_in_the_apis_own_form() {
    let sandbox = Sandbox::start(quick()).await.unwrap();
    let mut body = request(&sandbox, ("btc", "bitcoin"), "1000000");
    body["referral"] = json!("countersign");
    let answer = Api::OneClick.quote(&sandbox, &body).await;
    let echo = &answer["quoteRequest"];
    // The one asset with another name.
    assert_eq!(echo["originAsset"], "1cs_v1:sandbox-btc:native:coin");
    let asked = body["deadline"].as_str().unwrap().trim_end_matches('Z');
    assert_eq!(echo["deadline"], format!("{asked}.000Z"));
    assert_eq!(echo["appFees"][0]["fee"], 20);
    assert_eq!(echo["referral"], "countersign");
    let read = |text: &Value| OffsetDateTime::parse(text.as_str().unwrap(), &Rfc3339).unwrap();
    let dies = read(&answer["quote"]["deadline"]);
    assert_eq!(dies - read(&echo["deadline"]), time::Duration::hours(72));
    assert_eq!(answer["quote"]["deadline"], answer["quote"]["timeWhenInactive"]);
    assert!(answer["quote"].get("depositMemo").is_none());
    // The status repeats it a little otherwise, and the signature still holds.
    let status = Api::OneClick.status(&sandbox, &answer).await;
    let repeated = &status["quoteResponse"];
    assert!(repeated["quoteRequest"].get("quoteWaitingTimeMs").is_none());
    assert_eq!(repeated["quoteRequest"]["virtualChainRecipient"], Value::Null);
    assert!(is_signed(&sandbox, repeated));
    assert_eq!(sandbox.registry_toml().matches("1cs_v1:").count(), 1);
    // Aurora does not know this member, and leaves out two more.
    let answer = Api::Aurora.quote(&sandbox, &body).await;
    for name in ["referral", "confidentiality", "insured"] {
        assert!(answer["quoteRequest"].get(name).is_none(), "{name}");
    }
    assert_eq!(answer["quoteRequest"]["appFees"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn each_wet_quote_has_an_address_of_its_own() {
    let sandbox = Sandbox::start(quick()).await.unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for (asset, network) in [
        ("usdc", "ethereum"),
        ("usdc-base", "base"),
        ("usdt-tron", "tron"),
        ("btc", "bitcoin"),
        ("sol", "solana"),
    ] {
        for _ in 0..2 {
            let body = request(&sandbox, (asset, network), "100000000");
            let answer = Api::Aurora.quote(&sandbox, &body).await;
            assert!(seen.insert(address_of(&answer).to_owned()));
        }
    }
    assert_eq!(sandbox.deposits().len(), 10);
    let mut inside = request(&sandbox, ("usdc", "ethereum"), "1000000");
    inside["depositType"] = json!("INTENTS");
    let answer = Api::OneClick.quote(&sandbox, &inside).await;
    assert_eq!(hex::decode(address_of(&answer)).unwrap().len(), 32);
}

#[tokio::test]
async fn keys_are_looked_at() {
    let sandbox = Sandbox::start(quick()).await.unwrap();
    let body = json!({ "type": "swap_transfer" }).to_string();
    for (line, headers, status) in [
        ("GET /oneclick/v0/tokens", "", 200),
        ("GET /oneclick/v0/tokens", "X-API-Key: wrong\r\n", 401),
        ("POST /oneclick/v0/generate-intent", "", 401),
        ("GET /oneclick/v0/nothing", "", 404),
        ("GET /aurora/api/tokens/wrong", "", 404),
    ] {
        assert_eq!(send_with(&sandbox, line, headers, &body).await.status, status, "{line}");
    }
    let bearer = format!("Authorization: Bearer {}\r\n", sandbox.oneclick_key());
    let answer = send_with(&sandbox, "POST /oneclick/v0/generate-intent", &bearer, &body).await;
    assert_eq!(answer.status, 400);
    let refused = answer.json();
    assert_eq!(refused["path"], "/v0/generate-intent");
    sandbox.pause_api(true);
    assert_eq!(Api::Aurora.get(&sandbox, "tokens", "").await.status, 503);
}
