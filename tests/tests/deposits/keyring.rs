//! Deposits and intents whose keys are in an encrypted keystore, found by a keyring.

use countersign::approval::IntentStandard;
use countersign::{Countersign, Status};
use countersign_tests::{KeyInKeystore, SHORT, short_steps};

use crate::bed::{By, Over, api, scene, with_node};

async fn finishes(from: &str, by: By) {
    let what = format!("{from} {by:?}");
    let scene = scene(short_steps(), from, "USDC@base").await;
    let key = KeyInKeystore::of(&scene, "sandbox").await;
    key.unlock();
    let builder = Countersign::builder(api(&scene, Over::OneClick, by), scene.config());
    let flow = with_node(builder.keyring(key.keyring.clone()), &scene).build();
    let outcome = flow.swap(&scene.request(), SHORT, |_| {}).await;
    let outcome = outcome.unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(outcome.status.status, Status::Finished, "{what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deposit_from_each_chain_is_signed_out_of_a_keystore() {
    for from in ["USDC@ethereum", "USDT@tron", "BTC@bitcoin", "SOL@solana"] {
        finishes(from, By::Deposit).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_intent_by_each_standard_is_signed_out_of_a_keystore() {
    for (from, standard) in [
        ("USDC@ethereum", IntentStandard::Erc191),
        ("USDT@tron", IntentStandard::Tip191),
        ("USDC@solana", IntentStandard::RawEd25519),
        ("USDC@solana", IntentStandard::Nep413),
    ] {
        finishes(from, By::Intent(standard)).await;
    }
}
