//! Funded out of each kind of coin, and claimed with the secret.

use bitcoin::consensus::encode::serialize;
use countersign_approval::{BitcoinChainView, ChainViewError, Code};
use countersign_bitcoin::VerifyError;

use crate::counterparty::{SECRET, Template};
use crate::keys::CLAIMER;
use crate::scene::{COINS, REGTEST, Scene};
use crate::swap::Funding;

#[tokio::test]
async fn what_we_fund_is_mined_and_claimed_with_the_secret() {
    for template in Template::ALL {
        let Some(scene) = Scene::start().await else { return };
        let seen = scene.our_coins().await;
        assert_eq!(seen.coins.len(), COINS.len());
        let locktime = seen.height + 50;
        let funded = Funding::new(template, locktime, seen).sign().await;
        scene.send_and_mine(&funded.to_bytes()).await;

        let (outpoint, output) = funded.output();
        let claim = |secret| serialize(&template.claim(outpoint, output, locktime, secret));
        let guess = scene.view.test_accept(REGTEST, &claim([8; 32])).await;
        assert_declined(guess, "script-verify-flag-failed");
        scene.send_and_mine(&claim(SECRET)).await;
        let claimed = output.value.to_sat() - 1_000;
        assert_eq!(scene.coins_at(&CLAIMER.p2wpkh()).await, [(claimed, 1)]);
        assert_eq!(scene.coins_at(&output.script_pubkey).await, []);
    }
}

#[tokio::test]
async fn coins_that_are_spent_are_refused_by_the_chains_word() {
    let Some(scene) = Scene::start().await else { return };
    let seen = scene.our_coins().await;
    let locktime = seen.height + 50;
    let first = Funding::new(Template::P2wsh, locktime, seen.clone());
    let again = Funding { fee: 3_000, ..Funding::new(Template::P2tr, locktime, seen.clone()) };
    // Before the first is sent, nothing speaks against the second: the ledger would.
    assert!(again.verify(&seen).is_ok());
    let funded = first.sign().await;
    scene.view.broadcast(REGTEST, &funded.to_bytes()).await.unwrap();
    // From here on the coins wait in the node's memory to be spent, and then they are.
    assert_spent(&again, &scene).await;
    scene.mine(1).await;
    assert_spent(&again, &scene).await;
}

/// Asserts that each coin is refused as spent.
async fn assert_spent(funding: &Funding, scene: &Scene) {
    let now = scene.our_coins().await;
    let Err(VerifyError::Refused(refusal)) = funding.verify(&now) else {
        panic!("expected a refusal of coins that are spent");
    };
    let spent: Vec<_> = refusal
        .violations()
        .iter()
        .filter(|violation| violation.to_string().contains("facts.coins"))
        .collect();
    assert_eq!(spent.len(), COINS.len(), "{refusal}");
    assert!(spent.iter().all(|violation| violation.code == Code::Utxo), "{refusal}");
}

pub(crate) fn assert_declined(outcome: Result<(), ChainViewError>, reason: &str) {
    match outcome {
        Err(ChainViewError::Declined(said)) => assert!(said.contains(reason), "{said}"),
        other => panic!("expected {reason:?}, found {other:?}"),
    }
}
