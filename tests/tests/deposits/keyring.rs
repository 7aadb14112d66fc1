//! Deposits and intents whose keys are in an encrypted keystore, or in a signing service that verifies
//! by itself, found by a keyring.

use countersign::approval::IntentStandard;
use countersign::{Countersign, Status};
use countersign_tests::{KeyInKeystore, KeyInService, SHORT, short_steps};

use crate::bed::{By, Over, api, scene, with_node};

/// Where the key is.
#[derive(Clone, Copy, Debug)]
enum Kept {
    Keystore,
    Service,
}

async fn finishes(from: &str, by: By, kept: Kept) {
    let what = format!("{from} {by:?} {kept:?}");
    let scene = scene(short_steps(), from, "USDC@base").await;
    let keyring = match kept {
        Kept::Keystore => {
            let key = KeyInKeystore::of(&scene, "sandbox").await;
            key.unlock();
            key.keyring
        }
        Kept::Service => KeyInService::of(&scene, |_| Ok(())).await.keyring,
    };
    let builder = Countersign::builder(api(&scene, Over::OneClick, by), scene.config());
    let flow = with_node(builder.keyring(keyring), &scene).build();
    let outcome = flow.swap(&scene.request(), SHORT, |_| {}).await;
    let outcome = outcome.unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(outcome.status.status, Status::Finished, "{what}");
}

async fn deposits(kept: Kept) {
    for from in ["USDC@ethereum", "USDT@tron", "BTC@bitcoin", "SOL@solana", "USDC@solana"] {
        finishes(from, By::Deposit, kept).await;
    }
}

async fn intents(kept: Kept) {
    for (from, standard) in [
        ("USDC@ethereum", IntentStandard::Erc191),
        ("USDT@tron", IntentStandard::Tip191),
        ("USDC@solana", IntentStandard::RawEd25519),
        ("USDC@solana", IntentStandard::Nep413),
    ] {
        finishes(from, By::Intent(standard), kept).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deposit_from_each_chain_is_signed_out_of_a_keystore() {
    deposits(Kept::Keystore).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_intent_by_each_standard_is_signed_out_of_a_keystore() {
    intents(Kept::Keystore).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deposit_from_each_chain_is_signed_by_a_service() {
    deposits(Kept::Service).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_intent_by_each_standard_is_signed_by_a_service() {
    intents(Kept::Service).await;
}
