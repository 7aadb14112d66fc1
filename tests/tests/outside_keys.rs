//! Swaps by keys that are not in this process: in a token behind PKCS#11, and in a signing service.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use countersign::api_types::defi::Profile;
use countersign::keys::{KeyEvidence, Keyring, SourceKind};
use countersign::{Countersign, Status};
use countersign_tests::{KeyInService, SHORT, Scene, SoftToken, short_steps};

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
    for from in ["USDC@ethereum", "USDT@tron", "BTC@bitcoin", "USDC@solana"] {
        let scene = scene(from).await;
        let keyring = token.keyring(&scene).await;
        assert_eq!(keyring.named("account").unwrap().source_kind(), SourceKind::Pkcs11);
        finishes(&scene, &keyring, from).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_swap_from_each_chain_is_signed_by_a_service_that_verifies_by_itself() {
    for from in ["USDC@ethereum", "USDT@tron", "BTC@bitcoin", "USDC@solana"] {
        let scene = scene(from).await;
        let service = KeyInService::of(&scene, |_| Ok(())).await;
        assert_eq!(service.keyring.named("account").unwrap().source_kind(), SourceKind::Remote);
        finishes(&scene, &service.keyring, from).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_services_rules_decline_is_not_signed() {
    for from in ["USDC@ethereum", "BTC@bitcoin", "USDC@solana"] {
        let scene = scene(from).await;
        let rules = |_: &KeyEvidence<'_>| Err("not on a Sunday".to_owned());
        let service = KeyInService::of(&scene, rules).await;
        let before = scene.funds();
        let ended = flow(&scene, &service.keyring).swap(&scene.request(), SHORT, |_| {}).await;
        let text = ended.unwrap_err().to_string();
        assert!(text.contains("declined: not on a Sunday"), "{from}: {text}");
        scene.assert_unmoved(&before, from);
    }
}
