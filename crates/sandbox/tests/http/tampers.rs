//! Lies that are seen over HTTP. What each one changes is tested inside the crate.

use std::time::Duration;

use countersign_sandbox::{Sandbox, SandboxConfig, Tamper};
use serde_json::{Value, json};

use crate::client::{DIALECTS, Dialect, Wish, account, token, tron_account, wait_for};

struct Scene {
    sandbox: Sandbox,
    usdc: String,
    sol: String,
    owner: String,
    recipient: String,
}

impl Scene {
    async fn new(tamper: Tamper) -> Self {
        let step = Duration::from_millis(5);
        let config = SandboxConfig { tamper: Some(tamper), step, ..SandboxConfig::default() };
        let sandbox = Sandbox::start(config).await.unwrap();
        let (usdc, sol) = (token(&sandbox, "USDC"), token(&sandbox, "SOL"));
        let owner = account(&sandbox, "default").address;
        let recipient = sandbox.new_recipient("solana").unwrap();
        Self { sandbox, usdc, sol, owner, recipient }
    }

    fn wish(&self, dialect: Dialect) -> Wish<'_> {
        Wish {
            dialect,
            from: (1, &self.usdc),
            to: (4, &self.sol),
            amount: "100",
            owner: &self.owner,
            recipient: &self.recipient,
        }
    }
}

#[tokio::test]
async fn a_lie_about_the_quote_is_told_in_every_dialect() {
    let doubled = Scene::new(Tamper::QuoteAmount).await;
    for (dialect, member, expected) in [
        (Dialect::G0, "/source_amount_lots", json!("200000000")),
        (Dialect::G1, "/from/from_amount_lots", json!(200_000_000)),
        (Dialect::G2, "/from/amount_lots", json!(200_000_000)),
        (Dialect::G3, "/from/amount", json!("200")),
    ] {
        let quote = doubled.wish(dialect).quote(&doubled.sandbox).await.json();
        assert_eq!(quote.pointer(member), Some(&expected), "{dialect:?} {quote}");
    }
}

#[tokio::test]
async fn an_expired_quote_is_taken_by_whoever_sent_it() {
    let scene = Scene::new(Tamper::QuoteExpired).await;
    let wish = scene.wish(Dialect::G1);
    let quote = wish.quote(&scene.sandbox).await.json();
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis();
    assert!(u128::from(quote["expires_at"].as_u64().unwrap()) < now);
    assert_eq!(wish.create(&scene.sandbox, quote["id"].as_str().unwrap()).await.status, 200);
}

#[tokio::test]
async fn the_applied_quote_pays_less_than_the_accepted_one() {
    let scene = Scene::new(Tamper::QuoteMinOut).await;
    let wish = scene.wish(Dialect::G2);
    let quote = wish.quote(&scene.sandbox).await.json();
    let intent = wish.create(&scene.sandbox, quote["id"].as_str().unwrap()).await.json();
    let minimum = |quote: &Value| quote["to"]["min_amount_lots"].as_u64().unwrap();
    assert_eq!(minimum(&intent["quote"]), minimum(&quote) / 2);
}

#[tokio::test]
async fn a_finished_swaps_nonce_comes_again() {
    let scene = Scene::new(Tamper::NonceAlreadyUsed).await;
    let wish = scene.wish(Dialect::G2);
    let user = account(&scene.sandbox, "default");
    let first = wish.open(&scene.sandbox).await;
    let signature = wish.sign(&user, &first, "100000000");
    assert_eq!(wish.approve(&scene.sandbox, &first, &signature).await.status, 200);
    wait_for(&scene.sandbox, &first, "Finished").await;

    let second = wish.open(&scene.sandbox).await;
    assert_eq!(first["params_to_sign"]["nonce"], second["params_to_sign"]["nonce"]);
    let refused =
        wish.approve(&scene.sandbox, &second, &wish.sign(&user, &second, "100000000")).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("InvalidNonce"));
}

#[tokio::test]
async fn a_lie_that_only_typed_data_can_tell_takes_that_form() {
    let scene = Scene::new(Tamper::SpenderOnlyMessage).await;
    for dialect in DIALECTS {
        let params = scene.wish(dialect).open(&scene.sandbox).await["params_to_sign"].clone();
        let spender = &params["typed_data"]["message"]["spender"];
        assert!(spender.is_string());
        assert_ne!(spender, &params["escrow_contract_address"]);
    }
}

#[tokio::test]
async fn the_chain_takes_no_signature_over_a_lie() {
    // Whatever a blind client signs, the escrow enforces the honest values.
    for tamper in
        [Tamper::Amount, Tamper::WitnessResolver, Tamper::DomainName, Tamper::ChainIdOther]
    {
        let scene = Scene::new(tamper).await;
        let wish = scene.wish(Dialect::G2);
        let intent = wish.open(&scene.sandbox).await;
        let signature = wish.sign(&account(&scene.sandbox, "default"), &intent, "100000000");
        let refused = wish.approve(&scene.sandbox, &intent, &signature).await;
        assert!(refused.body.contains("InvalidSigner"), "{tamper} {refused:?}");
        assert!(scene.sandbox.executions().is_empty());
    }
}

#[tokio::test]
async fn every_lie_is_answered_with_success() {
    for tamper in Tamper::ALL.iter().copied() {
        let scene = Scene::new(tamper).await;
        let (usdt, on_tron) =
            (token(&scene.sandbox, "USDT_tron"), tron_account(&scene.sandbox, "default"));
        for dialect in DIALECTS {
            let wish = scene.wish(dialect);
            let from_tron = Wish { from: (2, &usdt), owner: &on_tron.address, ..wish };
            for wish in [scene.wish(dialect), from_tron] {
                let intent = wish.open(&scene.sandbox).await;
                assert!(intent["params_to_sign"].is_object(), "{tamper} {dialect:?}");
            }
        }
    }
}
