//! What the chain or the API refuses, and in which words.

use std::time::Duration;

use countersign_sandbox::{Sandbox, SandboxConfig};
use serde_json::Value;

use crate::client::{Answer, DIALECTS, Dialect, Wish, account, balance, get, post, send, token};

struct Scene {
    sandbox: Sandbox,
    usdc: String,
    sol: String,
    recipient: String,
}

impl Scene {
    async fn new(config: SandboxConfig) -> Self {
        let sandbox = Sandbox::start(config).await.unwrap();
        let (usdc, sol) = (token(&sandbox, "USDC"), token(&sandbox, "SOL"));
        let recipient = sandbox.new_recipient("solana").unwrap();
        Self { sandbox, usdc, sol, recipient }
    }

    fn wish<'a>(&'a self, dialect: Dialect, owner: &'a str, amount: &'a str) -> Wish<'a> {
        Wish {
            dialect,
            from: (1, &self.usdc),
            to: (4, &self.sol),
            amount,
            owner,
            recipient: &self.recipient,
        }
    }
}

fn message(answer: &Answer) -> String {
    answer.json()["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_signature_of_somebody_else() {
    let scene = Scene::new(SandboxConfig::default()).await;
    let (user, other) =
        (account(&scene.sandbox, "default"), account(&scene.sandbox, "no-allowance"));
    for dialect in DIALECTS {
        let wish = scene.wish(dialect, &user.address, "100");
        let intent = wish.open(&scene.sandbox).await;
        let refused =
            wish.approve(&scene.sandbox, &intent, &wish.sign(&other, &intent, "100000000")).await;
        assert_eq!(refused.status, 422);
        assert!(message(&refused).ends_with(": InvalidSigner"), "{refused:?}");
        // The same intent still takes the right signature.
        let approved =
            wish.approve(&scene.sandbox, &intent, &wish.sign(&user, &intent, "100000000")).await;
        assert_eq!(approved.status, 200, "{approved:?}");
    }
    let schema = |answer: &Value| answer.get("type").is_some();
    let wish = scene.wish(Dialect::G3, &user.address, "100");
    let intent = wish.open(&scene.sandbox).await;
    let refused = wish.approve(&scene.sandbox, &intent, "0x1234").await;
    assert!(message(&refused).ends_with(": InvalidSignatureLength"));
    assert!(schema(&refused.json()));
}

#[tokio::test]
async fn an_owner_without_allowance_gets_code_25() {
    let scene = Scene::new(SandboxConfig::default()).await;
    let owner = account(&scene.sandbox, "no-allowance");
    for dialect in DIALECTS {
        let wish = scene.wish(dialect, &owner.address, "100");
        let intent = wish.open(&scene.sandbox).await;
        let refused =
            wish.approve(&scene.sandbox, &intent, &wish.sign(&owner, &intent, "100000000")).await;
        assert_eq!(refused.status, 422);
        assert_eq!(refused.json()["code"], 25);
        assert_eq!(refused.json()["entity"], "Approval");
    }
    assert_eq!(balance(&scene.sandbox, &owner.address, "USDC"), "100000000000");
    assert!(scene.sandbox.executions().is_empty());
}

#[tokio::test]
async fn an_approval_after_the_deadline() {
    let config = SandboxConfig { intent_lifetime: Duration::ZERO, ..SandboxConfig::default() };
    let scene = Scene::new(config).await;
    let user = account(&scene.sandbox, "default");
    let wish = scene.wish(Dialect::G2, &user.address, "100");
    let intent = wish.open(&scene.sandbox).await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let refused =
        wish.approve(&scene.sandbox, &intent, &wish.sign(&user, &intent, "100000000")).await;
    assert_eq!(refused.status, 422);
    assert!(message(&refused).ends_with(": SignatureExpired"), "{refused:?}");
    let status =
        get(&scene.sandbox, &format!("/v1/intents/{}", intent["id"].as_str().unwrap())).await;
    assert_eq!(status.json()["status"], "Expired");
}

#[tokio::test]
async fn a_quote_that_expired_or_is_another() {
    let config =
        SandboxConfig { quote_lifetime: Duration::from_millis(50), ..SandboxConfig::default() };
    let scene = Scene::new(config).await;
    let user = account(&scene.sandbox, "default");
    let wish = scene.wish(Dialect::G2, &user.address, "100");
    let quote = wish.quote(&scene.sandbox).await.json();
    let other = scene.wish(Dialect::G2, &user.address, "101");
    let id = quote["id"].as_str().unwrap();
    assert!(message(&other.create(&scene.sandbox, id).await).contains("differs from the quote"));
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert!(message(&wish.create(&scene.sandbox, id).await).contains("expired"));
    let unknown = wish.create(&scene.sandbox, "10000000-0000-4000-8000-000000000000").await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test]
async fn amounts_that_are_not_exact_or_out_of_reach() {
    let scene = Scene::new(SandboxConfig::default()).await;
    for amount in ["0", "0.0000001", "-1", "1e3"] {
        let body = format!(
            "{{\"from\":{{\"token_id\":1}},\"to\":{{\"token_id\":4}},\"amount\":{amount}}}"
        );
        let refused = post(&scene.sandbox, "/v1/quotes", &body).await;
        assert_eq!(refused.status, 422, "{amount} {refused:?}");
        assert!(message(&refused).starts_with("Invalid amount"));
    }
    let body = "{\"from\":{\"token_id\":3},\"to\":{\"token_id\":1},\"amount\":\"10000000000\"}";
    assert!(message(&post(&scene.sandbox, "/v1/quotes/", body).await).contains("too large"));
}

#[tokio::test]
async fn bodies_and_addresses_that_make_no_sense() {
    let scene = Scene::new(SandboxConfig::default()).await;
    for body in ["", "[]", "{}", "{\"from\":{},\"to\":{},\"amount\":1}", "\u{0}"] {
        assert_eq!(post(&scene.sandbox, "/v1/quotes", body).await.status, 400, "{body}");
    }
    let wish = scene.wish(Dialect::G2, "0x12", "1");
    let quote = wish.quote(&scene.sandbox).await.json();
    let refused = wish.create(&scene.sandbox, quote["id"].as_str().unwrap()).await;
    assert_eq!((refused.status, message(&refused).as_str()), (422, "Invalid address"));
    assert_eq!(get(&scene.sandbox, "/v1/intents/nothing").await.status, 404);
    assert_eq!(get(&scene.sandbox, "/v2/").await.status, 404);
}

#[tokio::test]
async fn everything_without_the_key() {
    let scene = Scene::new(SandboxConfig::default()).await;
    for line in [
        "GET /v1/networks",
        "GET /v1/tokens",
        "POST /v1/quotes/",
        "POST /v1/intents",
        "GET /nothing",
    ] {
        for key in [None, Some("wrong"), Some("")] {
            let refused = send(&scene.sandbox, line, key, "").await;
            assert_eq!(refused.status, 401, "{line}");
            assert!(!refused.body.contains(scene.sandbox.api_key()));
        }
    }
}
