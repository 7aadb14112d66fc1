//! Honest swaps: balances move and the status follows.

use std::time::Duration;

use countersign_sandbox::{PayloadForm, Sandbox, SandboxConfig};

use crate::client::{DIALECTS, Dialect, Wish, account, balance, get, id, token, wait_for};

fn quick() -> SandboxConfig {
    SandboxConfig { step: Duration::from_millis(5), ..SandboxConfig::default() }
}

#[tokio::test]
async fn finishes_in_every_dialect_and_form() {
    for payload_form in [PayloadForm::Api, PayloadForm::TypedData] {
        for dialect in DIALECTS {
            let sandbox = Sandbox::start(SandboxConfig { payload_form, ..quick() }).await.unwrap();
            let (usdc, sol) = (token(&sandbox, "USDC"), token(&sandbox, "SOL"));
            let user = account(&sandbox, "default");
            let recipient = sandbox.new_recipient("solana").unwrap();
            let wish = Wish {
                dialect,
                from: (1, &usdc),
                to: (4, &sol),
                amount: "100.5",
                owner: &user.address,
                recipient: &recipient,
            };
            let intent = wish.open(&sandbox).await;
            let signature = wish.sign(&user, &intent, "100500000");
            let approved = wish.approve(&sandbox, &intent, &signature).await;
            assert_eq!(approved.status, 200, "{dialect:?} {payload_form:?} {approved:?}");
            match dialect {
                Dialect::G0 => assert_eq!(approved.body, ""),
                Dialect::G1 | Dialect::G2 => assert_eq!(approved.json()["id"], id(&intent)),
                Dialect::G3 => assert_eq!(approved.json()["intent_id"], id(&intent)),
            }

            let finished = if dialect == Dialect::G0 { "Fulfilled" } else { "Finished" };
            let status = wait_for(&sandbox, &intent, finished).await;
            assert_eq!(status["intent_id"], id(&intent));
            assert_eq!(balance(&sandbox, &user.address, "USDC"), "99899500000");
            assert_eq!(balance(&sandbox, &recipient, "SOL"), "670000000");
            let calls: Vec<_> = sandbox.executions().into_iter().map(|ran| ran.call).collect();
            assert_eq!(calls, ["SandboxEscrow.deposit", "Solana payment", "SandboxEscrow.claim"]);
            sandbox.shutdown().await;
        }
    }
}

#[tokio::test]
async fn pays_on_another_evm_network_by_a_transfer() {
    let sandbox = Sandbox::start(quick()).await.unwrap();
    let (weth, usdc) = (token(&sandbox, "WETH"), token(&sandbox, "USDC_base"));
    let user = account(&sandbox, "default");
    let recipient = sandbox.new_recipient("base").unwrap();
    let wish = Wish {
        dialect: Dialect::G1,
        from: (1, &weth),
        to: (5, &usdc),
        // More base units than 64 bits hold.
        amount: "50",
        owner: &user.address,
        recipient: &recipient,
    };
    let quote = wish.quote(&sandbox).await;
    assert!(quote.body.contains("\"from_amount_lots\":50000000000000000000,"));
    let intent = wish.open(&sandbox).await;
    let signature = wish.sign(&user, &intent, "50000000000000000000");
    assert_eq!(wish.approve(&sandbox, &intent, &signature).await.status, 200);
    let status = wait_for(&sandbox, &intent, "Finished").await;

    assert_eq!(balance(&sandbox, &recipient, "USDC_base"), "150000000000");
    let executions = sandbox.executions();
    let payout = executions.iter().find(|ran| ran.call == "SandboxToken.transfer").unwrap();
    assert_eq!((payout.network.as_str(), payout.to.as_str()), ("base", recipient.as_str()));
    assert!(executions.iter().all(|ran| ran.gas_used > 20_000));
    assert_eq!(status["swap_metadata"]["fulfill_tx"], payout.id.as_str());
}

#[tokio::test]
async fn an_approval_twice_is_one_approval_and_another_is_refused() {
    let sandbox =
        Sandbox::start(SandboxConfig { step: Duration::from_mins(1), ..quick() }).await.unwrap();
    let (source, target) = (token(&sandbox, "USDC"), token(&sandbox, "USDT"));
    let user = account(&sandbox, "default");
    let wish = Wish {
        dialect: Dialect::G2,
        from: (1, &source),
        to: (1, &target),
        amount: "1",
        owner: &user.address,
        recipient: &user.address,
    };
    let intent = wish.open(&sandbox).await;
    let signature = wish.sign(&user, &intent, "1000000");
    assert_eq!(wish.approve(&sandbox, &intent, &signature).await.status, 200);
    assert_eq!(wish.approve(&sandbox, &intent, &signature).await.status, 200);
    assert_eq!(sandbox.executions().len(), 1);
    let another = wish.approve(&sandbox, &intent, "0x00").await;
    assert_eq!(another.status, 422);
    assert_eq!(another.json()["message"], "Invalid swap/intent status");
    let nonce = intent["params_to_sign"]["nonce"].to_string();
    assert!(sandbox.nonce_used(&user.address, &nonce));
    assert!(!sandbox.nonce_used(&user.address, "0"));
}

#[tokio::test]
async fn a_resolver_that_comes_too_late_leaves_a_refund() {
    let config = SandboxConfig {
        step: Duration::from_millis(800),
        intent_lifetime: Duration::from_secs(1),
        ..SandboxConfig::default()
    };
    let sandbox = Sandbox::start(config).await.unwrap();
    let (usdc, sol) = (token(&sandbox, "USDC"), token(&sandbox, "SOL"));
    let user = account(&sandbox, "default");
    let recipient = sandbox.new_recipient("solana").unwrap();
    let wish = Wish {
        dialect: Dialect::G3,
        from: (1, &usdc),
        to: (4, &sol),
        amount: "100",
        owner: &user.address,
        recipient: &recipient,
    };
    let intent = wish.open(&sandbox).await;
    let signature = wish.sign(&user, &intent, "100000000");
    assert_eq!(wish.approve(&sandbox, &intent, &signature).await.status, 200);
    assert_eq!(balance(&sandbox, &user.address, "USDC"), "99900000000");
    wait_for(&sandbox, &intent, "Refunded").await;
    assert_eq!(balance(&sandbox, &user.address, "USDC"), "100000000000");
    assert_eq!(balance(&sandbox, &recipient, "SOL"), "0");
    let listed = get(&sandbox, "/v1/swaps?status=Refunded").await.json();
    assert_eq!(listed["data"][0]["intent_id"], intent["id"]);
}
