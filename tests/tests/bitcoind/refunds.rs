//! Funded, not claimed, and taken back: not before the lock time, and from then on.

use bitcoin::Transaction;
use bitcoin::absolute::LockTime;
use bitcoin::consensus::encode::{deserialize, serialize};
use bitcoin::hashes::Hash;
use countersign_approval::{BitcoinChainView, CoinId, Sats};
use countersign_bitcoin::{SignedRefund, sign_refund};
use serde_json::{Value, json};

use crate::claims::assert_declined;
use crate::counterparty::Template;
use crate::keys::OURS;
use crate::scene::{REGTEST, Scene};
use crate::swap::{Funded, Funding, policy, signer};

/// In satoshis per virtual byte.
const FEE_RATE: u64 = 10;

#[tokio::test]
async fn what_is_not_claimed_comes_back_from_its_height_on() {
    for template in Template::ALL {
        let Some(scene) = Scene::start().await else { return };
        let seen = scene.our_coins().await;
        let locktime = seen.height + 20;
        let funded = Funding::new(template, locktime, seen).sign().await;
        scene.send_and_mine(&funded.to_bytes()).await;
        let refund = refund_of(&funded).await.to_bytes();

        // A transaction is for the block after the tip, which has to be above the lock time.
        scene.mine_to(locktime - 1).await;
        assert_too_early(&scene, &refund).await;
        scene.mine(1).await;
        assert_taken_back(&scene, &funded, &refund).await;
    }
}

#[tokio::test]
async fn what_is_not_claimed_comes_back_from_its_time_on() {
    for template in Template::ALL {
        let Some(scene) = Scene::start().await else { return };
        let seen = scene.our_coins().await;
        let locktime = median_time(&scene).await + 3_600;
        let funded = Funding::new(template, locktime, seen).sign().await;
        scene.send_and_mine(&funded.to_bytes()).await;
        let refund = refund_of(&funded).await.to_bytes();

        // The time that counts is the median of the last eleven blocks.
        scene.node.ask("setmocktime", json!([locktime + 1])).await;
        scene.mine(5).await;
        assert!(median_time(&scene).await < locktime);
        assert_too_early(&scene, &refund).await;
        scene.mine(6).await;
        assert_taken_back(&scene, &funded, &refund).await;
    }
}

async fn refund_of(funded: &Funded) -> SignedRefund {
    let (outpoint, _) = funded.output();
    let coin = CoinId { txid: outpoint.txid.to_byte_array(), vout: outpoint.vout };
    let recipe = funded.evidence.refund_recipe();
    assert_eq!(recipe.outpoint(), Some(coin), "all inputs are ours and none changes its id");
    let refund = recipe.plan(coin, FEE_RATE, Sats::new(10_000).unwrap()).unwrap();
    sign_refund(&refund, &policy(), &signer()).await.unwrap()
}

async fn assert_too_early(scene: &Scene, refund: &[u8]) {
    assert_declined(scene.view.test_accept(REGTEST, refund).await, "non-final");
    assert_declined(scene.view.broadcast(REGTEST, refund).await, "non-final");
    // Neither does a transaction that leaves the lock time out: the output's script asks for it.
    let mut unlocked: Transaction = deserialize(refund).unwrap();
    unlocked.lock_time = LockTime::ZERO;
    let outcome = scene.view.test_accept(REGTEST, &serialize(&unlocked)).await;
    assert_declined(outcome, "Locktime requirement not satisfied");
}

async fn assert_taken_back(scene: &Scene, funded: &Funded, refund: &[u8]) {
    let (_, output) = funded.output();
    let before = scene.coins_at(&OURS.p2wpkh()).await;
    scene.send_and_mine(refund).await;
    assert_eq!(scene.coins_at(&output.script_pubkey).await, []);
    let after = scene.coins_at(&OURS.p2wpkh()).await;
    let fees = output.value.to_sat() + total(&before) - total(&after);
    assert!((1_000..=2_500).contains(&fees), "{fees} sats for a transaction of about 150 bytes");
}

fn total(coins: &[(u64, u32)]) -> u64 {
    coins.iter().map(|(sats, _)| sats).sum()
}

async fn median_time(scene: &Scene) -> u32 {
    let info = scene.node.ask("getblockchaininfo", json!([])).await;
    info.get("mediantime").and_then(Value::as_u64).unwrap().try_into().unwrap()
}
