//! Swaps out of Bitcoin and into it: coins move by the chain's rules and the status follows.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bitcoin::Amount;
use bitcoin::consensus::encode::serialize_hex;
use countersign_sandbox::{HtlcTemplate, Sandbox, SandboxConfig};

use crate::bitcoin::{ACCOUNTS, Finish, Swap, account, psbt, public_key, quick, sign};
use crate::client::{self, DIALECTS, Dialect, Wish, balance, id, token, wait_for};

#[tokio::test]
async fn finishes_in_every_dialect_for_every_coin_and_template() {
    for htlc_template in HtlcTemplate::ALL {
        for dialect in DIALECTS {
            for name in ACCOUNTS {
                let swap = Swap::new(quick(htlc_template), dialect, name).await;
                finishes(&swap, htlc_template).await;
                swap.sandbox.shutdown().await;
            }
        }
    }
}

async fn finishes(swap: &Swap, template: HtlcTemplate) {
    let before = swap.balance(&swap.user.address);
    let intent = swap.open().await;
    let member = if swap.dialect == Dialect::G0 { "approval_mechanism" } else { "approval_type" };
    assert_eq!(intent[member], "htlc");
    let asked = psbt(&intent);
    let params = &intent["params_to_sign"];
    assert_eq!(params["inputs"].as_array().unwrap().len(), asked.inputs.len());
    assert!(asked.inputs.len() >= 2, "lies about one of several inputs need several");
    assert_eq!(params.get("witness_script").is_some(), template == HtlcTemplate::P2wshV1);
    assert_eq!(params.get("refund_control_block").is_some(), template == HtlcTemplate::P2trV1);
    let fee = asked.fee().unwrap().to_sat();
    let signed = sign(&swap.user, asked.clone(), Finish::Final);
    let transaction = signed.clone().extract_tx().unwrap();
    let size = u64::try_from(transaction.vsize()).unwrap();
    assert!((size..=size.saturating_mul(3)).contains(&fee), "{fee} sats for {size} vbytes");

    let approved = swap.approve(&intent, &signed).await;
    assert_eq!(approved.status, 200, "{:?} {approved:?}", swap.dialect);
    let again = swap.approve(&intent, &signed).await;
    assert_eq!(again.status, 200, "{again:?}");
    let word = if swap.dialect == Dialect::G0 { "Fulfilled" } else { "Finished" };
    let status = wait_for(&swap.sandbox, &intent, word).await;
    let txid = transaction.compute_txid().to_string();
    assert!(status.to_string().contains(&txid), "{status}");
    assert_eq!(status["intent_id"], id(&intent));

    let spent = before.checked_sub(swap.balance(&swap.user.address));
    assert_eq!(spent, 25_000_000_u64.checked_add(fee));
    assert_eq!(balance(&swap.sandbox, &swap.recipient, "USDC"), "15000000000");
    let ran = swap.sandbox.executions();
    let calls: Vec<_> = ran.iter().map(|ran| ran.call.as_str()).collect();
    assert_eq!(calls, ["HTLC fund", "SandboxToken.transfer", "HTLC claim"]);
    assert_eq!((&ran[0].id, &ran[0].from), (&txid, &swap.user.address));
}

#[tokio::test]
async fn takes_partial_signatures_too() {
    for name in ACCOUNTS {
        let swap = Swap::new(quick(HtlcTemplate::P2wshV1), Dialect::G2, name).await;
        let intent = swap.open().await;
        let signed = sign(&swap.user, psbt(&intent), Finish::Partial);
        let approved = swap.approve(&intent, &signed).await;
        assert_eq!(approved.status, 200, "{name} {approved:?}");
        let other = sign(&swap.user, psbt(&intent), Finish::Final);
        let refused = swap.approve(&intent, &other).await;
        assert_eq!(refused.status, 422, "the same approval in other bytes is another: {refused:?}");
        wait_for(&swap.sandbox, &intent, "Finished").await;
    }
}

#[tokio::test]
async fn refuses_what_the_script_engine_refuses() {
    for name in ACCOUNTS {
        let swap = Swap::new(quick(HtlcTemplate::P2wshV1), Dialect::G3, name).await;
        let intent = swap.open().await;
        let unsigned = psbt(&intent);
        let mut half = sign(&swap.user, unsigned.clone(), Finish::Final);
        half.inputs[1] = unsigned.inputs[1].clone();
        let stranger = account(
            &Swap::new(quick(HtlcTemplate::P2wshV1), Dialect::G3, name).await.sandbox,
            name,
        );
        let by_stranger = sign(&stranger, unsigned.clone(), Finish::Final);
        for (signed, input) in [(&unsigned, 0), (&half, 1), (&by_stranger, 0)] {
            let refused = swap.approve(&intent, signed).await;
            assert_eq!(refused.status, 422, "{refused:?}");
            let reason = format!("mandatory-script-verify-flag-failed (input {input})");
            assert!(refused.body.contains(&reason), "{refused:?}");
        }
        assert_eq!(swap.sandbox.executions(), []);
    }
}

#[tokio::test]
async fn refuses_another_transaction_and_what_is_none() {
    let swap = Swap::new(quick(HtlcTemplate::P2wshV1), Dialect::G2, "default").await;
    let intent = swap.open().await;
    let mut other = psbt(&intent);
    other.unsigned_tx.output[1].value -= Amount::from_sat(1);
    let refused = swap.approve(&intent, &sign(&swap.user, other, Finish::Final)).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("expected the transaction that was offered"), "{refused:?}");
    let signed = sign(&swap.user, psbt(&intent), Finish::Final);
    let text = STANDARD.encode(signed.serialize());
    for (kind, text) in
        [("psbt", text.as_str()), ("permit2", "0x00"), ("htlc", "cHNid"), ("htlc", "!")]
    {
        let refused = swap.wish().approve_as(&swap.sandbox, &intent, (kind, text)).await;
        assert_eq!(refused.status, 422, "{kind} {text} {refused:?}");
    }
    assert_eq!(swap.approve(&intent, &signed).await.status, 200);
}

#[tokio::test]
async fn coins_are_spent_once() {
    let swap = Swap::new(quick(HtlcTemplate::P2wshV1), Dialect::G2, "default").await;
    let (first, second) = (swap.open().await, swap.open().await);
    // Its owner may spend a coin elsewhere, whatever it was promised for.
    let mut elsewhere = psbt(&second);
    let owner = elsewhere.inputs[0].witness_utxo.clone().unwrap().script_pubkey;
    elsewhere.unsigned_tx.output[0].script_pubkey = owner;
    let elsewhere = sign(&swap.user, elsewhere, Finish::Final).extract_tx().unwrap();
    let line = "POST /esplora/bitcoin/tx";
    let sent = client::send(&swap.sandbox, line, None, &serialize_hex(&elsewhere)).await;
    assert_eq!(sent.status, 200, "{sent:?}");
    let late = swap.approve(&second, &sign(&swap.user, psbt(&second), Finish::Final)).await;
    assert_eq!(late.status, 422);
    assert!(late.body.contains("bad-txns-inputs-missingorspent"), "{late:?}");
    let signed = sign(&swap.user, psbt(&first), Finish::Final);
    assert_eq!(swap.approve(&first, &signed).await.status, 200);
    // The change is a coin for the next swap.
    wait_for(&swap.sandbox, &first, "Finished").await;
    let third = swap.open().await;
    assert_eq!(
        swap.approve(&third, &sign(&swap.user, psbt(&third), Finish::Final)).await.status,
        200
    );
}

#[tokio::test]
async fn the_key_has_to_own_the_address() {
    for dialect in DIALECTS {
        let swap = Swap::new(quick(HtlcTemplate::P2wshV1), dialect, "default").await;
        // No sample of the prefixed dialect has a member for it.
        let without = if dialect == Dialect::G1 { 200 } else { 400 };
        assert_eq!(swap.create(None).await.status, without);
        let other = public_key(&account(&swap.sandbox, "nested")).to_string();
        for key in [other.as_str(), "02", "not a key"] {
            let refused = swap.create(Some(key)).await;
            assert_eq!(refused.status, 422, "{refused:?}");
            assert!(refused.body.contains("Invalid public key"), "{refused:?}");
        }
    }
}

#[tokio::test]
async fn refuses_what_the_coins_do_not_cover_and_what_is_too_small() {
    let swap = Swap::new(quick(HtlcTemplate::P2wshV1), Dialect::G2, "default").await;
    let large = Wish { amount: "3.33", ..swap.wish() };
    let quote = large.quote(&swap.sandbox).await.json();
    let mut body = large.create_body(quote["id"].as_str().unwrap());
    body["from"]["public_key"] = public_key(&swap.user).to_string().into();
    let refused = large.create_by(&swap.sandbox, body).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("Invalid balance"), "{refused:?}");
    let small = Wish { amount: "0.00009999", ..swap.wish() }.quote(&swap.sandbox).await;
    assert!(small.body.contains("too small"), "{small:?}");
}

#[tokio::test]
async fn pays_out_in_coins() {
    let config = SandboxConfig { step: Duration::from_millis(5), ..SandboxConfig::default() };
    let sandbox = Sandbox::start(config).await.unwrap();
    let usdc = token(&sandbox, "USDC");
    let user = client::account(&sandbox, "default");
    assert_eq!(user.network, "ethereum", "the first account stays the first");
    for recipient in [
        sandbox.new_recipient("bitcoin").unwrap(),
        account(&sandbox, "taproot").address,
        account(&sandbox, "nested").address,
    ] {
        let before: u64 = balance(&sandbox, &recipient, "BTC").parse().unwrap();
        let wish = Wish {
            dialect: Dialect::G3,
            from: (1, &usdc),
            to: (3, "btc"),
            amount: "600",
            owner: &user.address,
            recipient: &recipient,
        };
        let intent = wish.open(&sandbox).await;
        let signature = wish.sign(&user, &intent, "600000000");
        assert_eq!(wish.approve(&sandbox, &intent, &signature).await.status, 200);
        let status = wait_for(&sandbox, &intent, "Finished").await;
        assert_eq!(status["to"]["tx"].as_str().unwrap().len(), 64);
        assert_eq!(balance(&sandbox, &recipient, "BTC"), (before + 1_000_000).to_string());
        assert_eq!(sandbox.balances(&recipient).len(), 1, "an address of Bitcoin has coins alone");
    }
    let calls: Vec<_> = sandbox.executions().into_iter().map(|ran| ran.call).collect();
    assert_eq!(calls[..3], ["SandboxEscrow.deposit", "Bitcoin payment", "SandboxEscrow.claim"]);
}
