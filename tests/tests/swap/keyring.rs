//! Swaps whose keys are in an encrypted keystore, found by a keyring.

use countersign::api_types::defi::Profile;
use countersign::{Countersign, FlowError, Status};
use countersign_tests::{KeyInKeystore, SHORT, Scene, short_steps};

const SOURCES: [&str; 4] = ["USDC@ethereum", "USDT@tron", "BTC@bitcoin", "USDC@solana"];

async fn scene(from: &str) -> Scene {
    Scene::start_from(short_steps(), Profile::G1, from, "USDC@base").await
}

fn flow(scene: &Scene, key: &KeyInKeystore) -> Countersign {
    let builder = Countersign::builder(scene.api(), scene.config());
    let builder = builder.keyring(key.keyring.clone()).refund_keeper(scene.recipes.clone());
    scene.with_view(builder).build()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_swap_from_each_chain_is_signed_as_soon_as_the_keystore_is_open() {
    for from in SOURCES {
        let scene = scene(from).await;
        let (key, before) = (KeyInKeystore::of(&scene, "sandbox").await, scene.funds());
        let countersign = flow(&scene, &key);
        let error = countersign.swap(&scene.request(), SHORT, |_| {}).await.unwrap_err();
        assert!(error.to_string().contains("the source vault is locked"), "{from}: {error}");
        scene.assert_unmoved(&before, from);
        key.unlock();
        let outcome = countersign.swap(&scene.request(), SHORT, |_| {}).await;
        let outcome = outcome.unwrap_or_else(|error| panic!("{from}: {error}"));
        assert_eq!(outcome.status.status, Status::Finished, "{from}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_another_environment_signs_nothing() {
    for from in SOURCES {
        let scene = scene(from).await;
        let (key, before) = (KeyInKeystore::of(&scene, "mainnet").await, scene.funds());
        key.unlock();
        let error = flow(&scene, &key).swap(&scene.request(), SHORT, |_| {}).await.unwrap_err();
        // Bitcoin's own networks tell more than the environment does.
        let found = if from.ends_with("@bitcoin") { "Bitcoin's regtest" } else { "sandbox" };
        let reason = format!("the key account signs on mainnet, this is on {found}");
        assert!(error.to_string().contains(&reason), "{from}: {error}");
        scene.assert_unmoved(&before, from);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_whose_key_is_nowhere_is_told_before_anything_is_asked_for() {
    let (scene, other) = (scene("USDC@ethereum").await, scene("USDC@solana").await);
    let key = KeyInKeystore::of(&other, "sandbox").await;
    let error = flow(&scene, &key).swap(&scene.request(), SHORT, |_| {}).await.unwrap_err();
    assert!(matches!(error, FlowError::NoKey { .. }), "{error}");
}
