//! Swaps out of Solana and into it: real programs move SOL and tokens, and the status follows.

use std::time::Duration;

use countersign_sandbox::{CosignForm, Sandbox, SandboxConfig, SponsorSigns};
use serde_json::json;

use crate::client::{self, DIALECTS, Dialect, Wish, balance, id, token, wait_for};
use crate::solana::{SOURCES, Swap, Wire, key, quick};

const SPONSORS: [SponsorSigns; 2] = [SponsorSigns::Before, SponsorSigns::After];

#[tokio::test]
async fn finishes_in_every_dialect_for_every_token() {
    for dialect in DIALECTS {
        for source in SOURCES {
            let config = quick(CosignForm::V0WithTable, SponsorSigns::Before);
            finishes(&Swap::new(config, dialect, source.0).await, source).await;
        }
    }
}

#[tokio::test]
async fn finishes_in_every_form_whenever_the_sponsor_signs() {
    for form in CosignForm::ALL {
        for sponsor in SPONSORS {
            for source in SOURCES {
                let swap = Swap::new(quick(form, sponsor), Dialect::G2, source.0).await;
                let intent = finishes(&swap, source).await;
                let wire = Wire::of(&intent);
                assert_eq!(wire.is_legacy(), form == CosignForm::Legacy);
                let empty = wire.signatures[0] == [0; 64];
                assert_eq!(empty, sponsor == SponsorSigns::After);
            }
        }
    }
}

async fn finishes(
    swap: &Swap,
    (key, _, lots, dollars): (&str, &str, u64, u64),
) -> serde_json::Value {
    let (sol, before) = (swap.balance("SOL"), swap.balance(key));
    let intent = swap.open().await;
    let member = if swap.dialect == Dialect::G0 { "approval_mechanism" } else { "approval_type" };
    assert_eq!(intent[member], "cosign");
    let wire = Wire::of(&intent);
    assert_eq!(wire.signers().len(), 2, "the sponsor and the user");
    let approved = swap.sign_and_approve(&intent).await;
    assert_eq!(approved.status, 200, "{:?} {key} {approved:?}", swap.dialect);
    let again = swap.sign_and_approve(&intent).await;
    assert_eq!(again.status, 200, "{again:?}");
    let word = if swap.dialect == Dialect::G0 { "Fulfilled" } else { "Finished" };
    let status = wait_for(&swap.sandbox, &intent, word).await;
    assert_eq!(status["intent_id"], id(&intent));

    assert_eq!(before - swap.balance(key), lots);
    if key != "SOL" {
        assert_eq!(swap.balance("SOL"), sol, "the sponsor pays every fee");
    }
    let paid: u64 = balance(&swap.sandbox, &swap.recipient, "USDC").parse().unwrap();
    assert_eq!(paid / 1_000_000, dollars);
    let ran = swap.sandbox.executions();
    let calls: Vec<_> = ran.iter().map(|ran| ran.call.as_str()).collect();
    assert_eq!(calls, ["cosigned transfer", "SandboxToken.transfer", "vault claim"]);
    assert!(ran.iter().all(|ran| ran.gas_used > 0), "{ran:?}");
    let vault = intent["params_to_sign"]["resolver_deposit_address"].as_str().unwrap();
    assert_eq!((&ran[0].from, ran[0].to.as_str()), (&swap.user.address, vault));
    assert_eq!(ran[0].amount.to_string(), lots.to_string());
    assert!(status.to_string().contains(&ran[0].id), "{status}");
    intent
}

#[tokio::test]
async fn no_two_swaps_share_a_blockhash_and_each_can_still_land() {
    let swap =
        Swap::new(quick(CosignForm::V0, SponsorSigns::Before), Dialect::G3, "USDC_SOL").await;
    let (first, second) = (swap.open().await, swap.open().await);
    let blockhash =
        |intent: &serde_json::Value| intent["params_to_sign"]["recent_blockhash"].clone();
    assert_ne!(blockhash(&first), blockhash(&second));
    for intent in [&second, &first] {
        assert_eq!(swap.sign_and_approve(intent).await.status, 200);
    }
    let third = swap.open().await;
    swap.sandbox.expire_blockhashes();
    let late = swap.sign_and_approve(&third).await;
    assert_eq!(late.status, 422);
    assert!(late.body.contains("BlockhashNotFound"), "{late:?}");
}

#[tokio::test]
async fn refuses_what_the_cluster_refuses() {
    for sponsor in SPONSORS {
        let swap = Swap::new(quick(CosignForm::V0WithTable, sponsor), Dialect::G3, "SOL").await;
        let intent = swap.open().await;
        let half = swap.approve(&intent, &Wire::of(&intent)).await;
        assert_eq!(half.status, 422);
        assert!(half.body.contains("SignatureFailure"), "{half:?}");
        let mut wrong = Wire::of(&intent).signed(&key(&swap.user));
        wrong.signatures[1][7] ^= 1;
        let refused = swap.approve(&intent, &wrong).await;
        assert!(refused.body.contains("SignatureFailure"), "{refused:?}");
        assert_eq!(swap.sandbox.executions(), []);
    }
}

#[tokio::test]
async fn refuses_all_but_the_offered_message_with_the_users_signature() {
    let swap =
        Swap::new(quick(CosignForm::V0, SponsorSigns::Before), Dialect::G2, "USDC_SOL").await;
    let intent = swap.open().await;
    let signed = Wire::of(&intent).signed(&key(&swap.user));
    let mut other_message = Wire::of(&intent);
    let at = other_message.message.len() - 10;
    other_message.message[at] ^= 1;
    let other_message = other_message.signed(&key(&swap.user));
    let mut wrong_slot = Wire::of(&intent);
    wrong_slot.signatures[0] = signed.signatures[1].clone();
    let mut more = signed.clone();
    more.message.push(0);
    for (wire, reason) in [
        (&other_message, "expected the message that was offered"),
        (&wrong_slot, "expected one more signature of the user alone"),
        (&more, "expected a transaction in hex"),
    ] {
        let refused = swap.approve(&intent, wire).await;
        assert_eq!(refused.status, 422, "{refused:?}");
        assert!(refused.body.contains(reason), "{reason}: {refused:?}");
    }
    let vault = intent["params_to_sign"]["resolver_deposit_address"].as_str().unwrap();
    let refused = swap.approve_with(&intent, &signed.to_hex(), vault).await;
    assert!(refused.body.contains("expected the user's address"), "{refused:?}");
    for data in [json!(signed.to_hex()), json!({ "transaction": signed.to_hex() })] {
        assert_eq!(swap.approve_by(&intent, &data).await.status, 400, "{data}");
    }
    assert_eq!(swap.sandbox.executions(), []);
    assert_eq!(swap.approve(&intent, &signed).await.status, 200);
}

#[tokio::test]
async fn refuses_what_the_user_has_not_and_what_is_none_of_its_addresses() {
    let swap = Swap::new(quick(CosignForm::V0, SponsorSigns::Before), Dialect::G2, "PYUSD").await;
    let large = Wish { amount: "100001", ..swap.wish() };
    let intent = large.open(&swap.sandbox).await;
    let refused = swap.sign_and_approve(&intent).await;
    assert!(refused.body.contains("Invalid balance: InstructionError"), "{refused:?}");
    let quote = swap.wish().quote(&swap.sandbox).await.json();
    let quote = quote["id"].as_str().unwrap();
    for owner in ["1", "not base58", &swap.recipient] {
        let wish = Wish { owner, ..swap.wish() };
        let refused = wish.create(&swap.sandbox, quote).await;
        assert_eq!(refused.status, 422, "{refused:?}");
        assert!(refused.body.contains("Invalid address"), "{refused:?}");
    }
    let public = hex::encode(key(&swap.user).verifying_key().as_bytes());
    for (key, status) in [
        (&swap.user.address, 200),
        (&public, 200),
        (&swap.sandbox.new_recipient("solana").unwrap(), 422),
    ] {
        let mut body = swap.wish().create_body(quote);
        body["from"]["public_key"] = json!(key);
        assert_eq!(swap.wish().create_by(&swap.sandbox, body).await.status, status);
    }
}

#[tokio::test]
async fn pays_back_where_the_resolver_fails() {
    for (source, _, _, _) in SOURCES {
        let config = SandboxConfig {
            resolver_fails: true,
            intent_lifetime: Duration::from_secs(1),
            ..quick(CosignForm::V0WithTable, SponsorSigns::Before)
        };
        let swap = Swap::new(config, Dialect::G3, source).await;
        let before = swap.balance(source);
        let intent = swap.open().await;
        assert_eq!(swap.sign_and_approve(&intent).await.status, 200);
        assert!(swap.balance(source) < before);
        wait_for(&swap.sandbox, &intent, "Refunded").await;
        assert_eq!(swap.balance(source), before);
        let calls: Vec<_> = swap.sandbox.executions().into_iter().map(|ran| ran.call).collect();
        assert_eq!(calls, ["cosigned transfer", "vault refund"]);
    }
}

#[tokio::test]
async fn pays_out_on_solana_and_makes_accounts_that_are_missing() {
    let config = SandboxConfig { step: Duration::from_millis(5), ..SandboxConfig::default() };
    let sandbox = Sandbox::start(config).await.unwrap();
    let usdc = token(&sandbox, "USDC");
    let user = client::account(&sandbox, "default");
    let recipient = sandbox.new_recipient("solana").unwrap();
    for key in ["SOL", "USDC_SOL", "PYUSD"] {
        for held in ["600000000", "1200000000"] {
            let wish = Wish {
                dialect: Dialect::G3,
                from: (1, &usdc),
                to: (4, &token(&sandbox, key)),
                amount: if key == "SOL" { "90" } else { "600" },
                owner: &user.address,
                recipient: &recipient,
            };
            let intent = wish.open(&sandbox).await;
            let lots = if key == "SOL" { "90000000" } else { "600000000" };
            let signature = wish.sign(&user, &intent, lots);
            assert_eq!(wish.approve(&sandbox, &intent, &signature).await.status, 200);
            let status = wait_for(&sandbox, &intent, "Finished").await;
            let payout = bs58::decode(status["to"]["tx"].as_str().unwrap()).into_vec().unwrap();
            assert_eq!(payout.len(), 64, "a signature names it");
            assert_eq!(balance(&sandbox, &recipient, key), held);
        }
    }
    assert_eq!(sandbox.balances(&recipient).len(), 3, "an address of Solana has nothing elsewhere");
    let small = Wish {
        dialect: Dialect::G3,
        from: (1, &usdc),
        to: (4, &token(&sandbox, "SOL")),
        amount: "0.1",
        owner: &user.address,
        recipient: &recipient,
    };
    let refused = small.quote(&sandbox).await;
    assert!(refused.body.contains("too small"), "an account could not stay: {refused:?}");
}

#[tokio::test]
async fn many_swaps_at_once_all_land() {
    let swap =
        Swap::new(quick(CosignForm::V0WithTable, SponsorSigns::After), Dialect::G3, "PYUSD").await;
    let before = swap.balance("PYUSD");
    let mut intents = Vec::new();
    for _ in 0..60 {
        intents.push(swap.open().await);
    }
    for intent in intents.iter().rev() {
        let approved = swap.sign_and_approve(intent).await;
        assert_eq!(approved.status, 200, "{approved:?}");
    }
    for intent in &intents {
        wait_for(&swap.sandbox, intent, "Finished").await;
    }
    assert_eq!(before - swap.balance("PYUSD"), 60 * 99_000_001);
}
