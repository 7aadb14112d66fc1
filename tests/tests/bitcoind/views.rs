//! What Bitcoin Core's own answers are read as.

use std::collections::BTreeMap;

use bitcoin::consensus::encode::serialize;
use countersign::http_client::transport::StaticKey;
use countersign_approval::{BitcoinChainView, BitcoinNetwork, ChainViewError, SeenCoins};
use countersign_chain_rpc::CoreRpc;

use crate::claims::assert_declined;
use crate::counterparty::Template;
use crate::keys::{CLAIMER, OURS};
use crate::scene::{COINS, REGTEST, Scene};
use crate::swap::Funding;

#[tokio::test]
async fn coins_are_told_to_the_satoshi_with_their_confirmations() {
    let Some(scene) = Scene::start().await else { return };
    scene.mine(4).await;
    let scripts: Vec<_> =
        [OURS.p2wpkh(), OURS.p2tr(), OURS.nested()].map(|script| script.to_bytes()).into();
    // A script that is asked about twice has its coins once.
    let asked = [scripts.clone(), scripts.clone()].concat();
    let seen = scene.view.coins(REGTEST, &asked).await.unwrap();
    assert_eq!(seen.height, scene.node.height().await);
    let found: BTreeMap<_, _> = seen
        .coins
        .iter()
        .map(|(coin, confirmations)| {
            (coin.script_pubkey.clone(), (coin.amount.value(), *confirmations))
        })
        .collect();
    let paid = COINS.map(|sats| (sats, 5));
    assert_eq!(found, scripts.into_iter().zip(paid).collect());
    assert_eq!(seen.coins.len(), COINS.len());
    let none = SeenCoins { height: seen.height, coins: Vec::new() };
    assert_eq!(scene.view.coins(REGTEST, &[]).await.unwrap(), none);
    assert_eq!(scene.view.coins(REGTEST, &[CLAIMER.p2wpkh().to_bytes()]).await.unwrap(), none);
}

#[tokio::test]
async fn a_node_of_another_network_is_asked_for_nothing() {
    let Some(scene) = Scene::start().await else { return };
    for expected in [BitcoinNetwork::Mainnet, BitcoinNetwork::Testnet, BitcoinNetwork::Signet] {
        let found = "regtest".to_owned();
        let error = ChainViewError::OtherNetwork { expected, found };
        let script = OURS.p2wpkh().to_bytes();
        assert_eq!(scene.view.coins(expected, &[script]).await, Err(error.clone()));
        let tx = funding(&scene).await;
        assert_eq!(scene.view.broadcast(expected, &tx).await, Err(error));
    }
    assert_eq!(scene.our_coins().await.coins.len(), COINS.len(), "nothing was sent");
}

#[tokio::test]
async fn a_transaction_may_be_passed_on_again() {
    let Some(scene) = Scene::start().await else { return };
    let tx = funding(&scene).await;
    for _ in 0..2 {
        scene.view.broadcast(REGTEST, &tx).await.unwrap();
        scene.view.test_accept(REGTEST, &tx).await.unwrap();
    }
    scene.mine(1).await;
    scene.view.broadcast(REGTEST, &tx).await.unwrap();
    let mut other: bitcoin::Transaction = bitcoin::consensus::deserialize(&tx).unwrap();
    other.output.truncate(1);
    let gone = scene.view.broadcast(REGTEST, &serialize(&other)).await;
    assert_declined(gone, "missingorspent");
}

#[tokio::test]
async fn a_wrong_password_is_told_and_not_shown() {
    let Some(scene) = Scene::start().await else { return };
    let key = StaticKey::basic(&"__cookie__:pa55word-0123".into()).unwrap();
    let view = CoreRpc::connect(scene.node.url().clone(), key).unwrap();
    let error = view.coins(REGTEST, &[]).await.unwrap_err();
    let shown = format!("{error} {error:?} {view:?}");
    assert!(shown.contains("401"), "{shown}");
    assert!(!shown.contains("pa55word"), "{shown}");
}

async fn funding(scene: &Scene) -> Vec<u8> {
    let seen = scene.our_coins().await;
    let locktime = seen.height + 50;
    Funding::new(Template::P2tr, locktime, seen).sign().await.to_bytes()
}
