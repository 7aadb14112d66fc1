//! Swaps by keys that are not in this process: in a token behind PKCS#11, in a KMS, and in a signing
//! service.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

mod other_key;
mod taken_over;

use countersign::api_types::defi::Profile;
use countersign::approval::Sats;
use countersign::bitcoin::RefundRecipe;
use countersign::keys::remote::SigningCall;
use countersign::keys::{Keyring, SourceKind};
use countersign::{Countersign, Status};
use countersign_bitcoin::sign_refund;
#[cfg(feature = "aws-kms")]
use countersign_tests::SoftKms;
use countersign_tests::{KeyInService, SHORT, Scene, SoftToken, short_steps};

/// A token of each chain that keys outside of this process sign on.
const FROM: [&str; 4] = ["USDC@ethereum", "USDT@tron", "BTC@bitcoin", "USDC@solana"];

async fn scene(from: &str) -> Scene {
    Scene::start_from(short_steps(), Profile::G1, from, "USDC@base").await
}

fn flow(scene: &Scene, keyring: &Keyring) -> Countersign {
    let builder = Countersign::builder(scene.api(), scene.config());
    let builder = builder.keyring(keyring.clone()).refund_keeper(scene.recipes.clone());
    scene.with_view(builder).build()
}

async fn finishes(scene: &Scene, keyring: &Keyring, from: &str) {
    let outcome = flow(scene, keyring).swap(&scene.request(), SHORT, |_| {}).await;
    let outcome = outcome.unwrap_or_else(|error| panic!("{from}: {error}"));
    assert_eq!(outcome.status.status, Status::Finished, "{from}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_swap_from_each_chain_is_signed_in_a_token() {
    let test = "a_swap_from_each_chain_is_signed_in_a_token";
    let Some(token) = tokio::task::block_in_place(|| SoftToken::alone(test)) else { return };
    for from in FROM {
        let scene = scene(from).await;
        let keyring = token.keyring(&scene).await;
        assert_eq!(keyring.named("account").unwrap().source_kind(), SourceKind::Pkcs11);
        finishes(&scene, &keyring, from).await;
    }
}

#[cfg(feature = "aws-kms")]
#[tokio::test(flavor = "multi_thread")]
async fn a_swap_from_each_chain_is_signed_in_a_kms() {
    let Some(mut kms) = tokio::task::block_in_place(SoftKms::start) else { return };
    for from in FROM {
        let scene = scene(from).await;
        let keyring = kms.keyring(&scene).await;
        assert_eq!(keyring.named("account").unwrap().source_kind(), SourceKind::Kms);
        finishes(&scene, &keyring, from).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_swap_from_each_chain_is_signed_by_a_service_that_verifies_by_itself() {
    for from in FROM {
        let scene = scene(from).await;
        let service = KeyInService::of(&scene, |_| Ok(())).await;
        assert_eq!(service.keyring.named("account").unwrap().source_kind(), SourceKind::Remote);
        finishes(&scene, &service.keyring, from).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_takes_coins_back_to_its_own_keys_alone() {
    let scene = scene("BTC@bitcoin").await;
    let service = KeyInService::of(&scene, |_| Ok(())).await;
    finishes(&scene, &service.keyring, "BTC@bitcoin").await;
    let recipe = scene.recipes.all().remove(0);
    let policy = scene.config().policy().unwrap();
    let signed = async |recipe: &RefundRecipe| {
        let refund = recipe.plan(recipe.outpoint().unwrap(), 3, Sats::MAX).unwrap();
        sign_refund(&refund, &policy, &service.keyring).await
    };
    signed(&recipe).await.unwrap();
    // A recipe that was changed where it was kept does not even reach the service.
    let mut stolen = serde_json::to_value(&recipe).unwrap();
    stolen["refund_script"] = format!("0014{}", "ab".repeat(20)).into();
    let error = signed(&serde_json::from_value(stolen).unwrap()).await.unwrap_err().to_string();
    assert!(error.contains("a refund to a script of a key at hand"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_services_rules_decline_is_not_signed() {
    for from in ["USDC@ethereum", "BTC@bitcoin", "USDC@solana"] {
        let scene = scene(from).await;
        let rules = |_: &SigningCall<'_>| Err("not on a Sunday".to_owned());
        let service = KeyInService::of(&scene, rules).await;
        let before = scene.funds();
        let ended = flow(&scene, &service.keyring).swap(&scene.request(), SHORT, |_| {}).await;
        let text = ended.unwrap_err().to_string();
        assert!(text.contains("declined: not on a Sunday"), "{from}: {text}");
        scene.assert_unmoved(&before, from);
    }
}
