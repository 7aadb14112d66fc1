//! What the flat dialect alone has.

use std::time::Duration;

use countersign_sandbox::{Sandbox, SandboxConfig};
use serde_json::json;

use crate::client::{Dialect, Wish, account, get, id, post, token, wait_for};

struct Scene {
    sandbox: Sandbox,
    usdc: String,
    sol: String,
    recipient: String,
}

impl Scene {
    async fn new() -> Self {
        let step = Duration::from_millis(5);
        let config = SandboxConfig { step, ..SandboxConfig::default() };
        let sandbox = Sandbox::start(config).await.unwrap();
        let (usdc, sol) = (token(&sandbox, "USDC"), token(&sandbox, "SOL"));
        let recipient = sandbox.new_recipient("solana").unwrap();
        Self { sandbox, usdc, sol, recipient }
    }

    fn wish<'a>(&'a self, owner: &'a str) -> Wish<'a> {
        Wish {
            dialect: Dialect::G0,
            from: (1, &self.usdc),
            to: (4, &self.sol),
            amount: "100.000001",
            owner,
            recipient: &self.recipient,
        }
    }
}

#[tokio::test]
async fn a_quote_has_flat_members() {
    let scene = Scene::new().await;
    let quote = scene.wish("").quote(&scene.sandbox).await.json();
    let expiry = quote["expiry"].as_u64().unwrap();
    assert!(expiry > 1_700_000_000_000, "{expiry} is no time in milliseconds");
    assert_eq!(
        quote,
        json!({
            "id": quote["id"],
            "source_chain": 1, "source_token": scene.usdc,
            "source_amount_lots": "100000001", "source_amount_decimals": 6,
            "dest_chain": 4, "dest_token": scene.sol,
            "min_dest_amount_lots": "663333339", "max_dest_amount_lots": "666666673",
            "dest_amount_decimals": 9,
            "intermediate_token": null, "intermediate_token_amount_min": null,
            "intermediate_token_amount_max": null, "intermediate_token_decimals": null,
            "slippage_bps": "50", "expiry": expiry,
            "swap_type": "standard", "deposit_type": "escrowed", "affiliate_fees": {}
        })
    );
}

#[tokio::test]
async fn an_amount_is_read_exactly_and_is_a_number() {
    let scene = Scene::new().await;
    let asked = |amount: &str, swap_type: &str| {
        format!(
            r#"{{"source_chain":1,"source_token":"{}","dest_chain":4,"dest_token":"{}",
            "amount":{amount},"slippage_bps":"50","swap_type":{swap_type}}}"#,
            scene.usdc, scene.sol
        )
    };
    let path = "/affiliate/v1/quotes/best";
    // A float has 52 bits for its digits: it would lose the last one.
    let exact = post(&scene.sandbox, path, &asked("90071992.547409", "null")).await.json();
    assert_eq!(exact["source_amount_lots"], "90071992547409");
    for (amount, swap_type, status) in [
        ("\"100\"", "null", 400),
        ("0.0000001", "null", 422),
        ("100", "\"optimized\"", 422),
        ("100", "\"standard\"", 200),
    ] {
        let answer = post(&scene.sandbox, path, &asked(amount, swap_type)).await;
        assert_eq!(answer.status, status, "{answer:?}");
        assert_eq!(answer.json().get("entity").is_some(), status != 200, "{answer:?}");
    }
}

#[tokio::test]
async fn an_approval_is_answered_with_nothing_or_null() {
    let scene = Scene::new().await;
    let user = account(&scene.sandbox, "default");
    let wish = scene.wish(&user.address);
    let intent = wish.open(&scene.sandbox).await;
    let signature = wish.sign(&user, &intent, "100000001");
    for body in ["", "null"] {
        let approved = wish.approve(&scene.sandbox, &intent, &signature).await;
        assert_eq!((approved.status, approved.body.as_str()), (200, body));
    }
    let wrong = json!({ "approval_type": "permit2", "signed_data": signature }).to_string();
    let path = format!("/affiliate/v1/intents/{}/approvals", id(&intent));
    assert_eq!(post(&scene.sandbox, &path, &wrong).await.status, 400);
}

#[tokio::test]
async fn a_status_has_the_words_of_the_protocol() {
    let scene = Scene::new().await;
    let user = account(&scene.sandbox, "default");
    let wish = scene.wish(&user.address);
    let intent = wish.open(&scene.sandbox).await;
    let at = |path: &str| format!("/affiliate/v1/{path}").replace("{id}", id(&intent));
    let word = get(&scene.sandbox, &at("intents/{id}/status")).await;
    assert_eq!(word.json(), json!({ "status": "Initiated" }));
    let signature = wish.sign(&user, &intent, "100000001");
    wish.approve(&scene.sandbox, &intent, &signature).await;
    let finished = wait_for(&scene.sandbox, &intent, "Fulfilled").await;
    assert_eq!(finished["dest_amount_decimals"], 9);
    assert!(finished["swap_metadata"]["fulfill_tx"].is_string());
    assert_eq!(get(&scene.sandbox, &at("swaps/intents/{id}")).await.json(), finished);

    let owner = &user.address;
    for (query, found) in [
        (String::new(), 1),
        (format!("?wallet=nobody&wallet={owner}&status=Fulfilled"), 1),
        ("?wallet=nobody".to_owned(), 0),
        ("?status=Initiated".to_owned(), 0),
        ("?to=1".to_owned(), 0),
        ("?from=1&limit=1".to_owned(), 1),
    ] {
        let history = get(&scene.sandbox, &(at("swaps/history") + &query)).await.json();
        assert_eq!(history["pagination"]["total"], found, "{query}");
    }
}

#[tokio::test]
async fn listings_and_errors_are_the_old_ones() {
    let scene = Scene::new().await;
    let networks = get(&scene.sandbox, "/affiliate/v1/networks").await.json();
    assert_eq!(networks[0]["type"], "EVM");
    let with_usdt = get(&scene.sandbox, "/affiliate/v1/networks?token=usdt").await.json();
    let names: Vec<_> = with_usdt.as_array().unwrap().iter().map(|found| &found["name"]).collect();
    assert_eq!(names, ["ethereum", "tron"]);
    let tokens = get(&scene.sandbox, "/affiliate/v1/tokens?network_id=4").await.json();
    let symbols: Vec<_> =
        tokens["data"].as_array().unwrap().iter().map(|it| &it["symbol"]).collect();
    assert_eq!(symbols, ["USDC", "PYUSD", "SOL"]);
    assert_eq!(
        tokens["data"][2],
        json!({
            "network_id": 4, "name": "Sandbox SOL", "contract_address": scene.sol,
            "symbol": "SOL", "icon_url": "", "wrapped_token_address": null
        })
    );
    for path in ["intents/nothing", "intents/nothing/status", "nothing"] {
        let refused = get(&scene.sandbox, &format!("/affiliate/v1/{path}")).await;
        assert_eq!((refused.status, refused.json()["code"].as_u64()), (404, Some(404)));
        assert!(refused.json()["entity"].is_string());
    }
}
