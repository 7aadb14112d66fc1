//! Honest swaps: exact movements, in every dialect and form, at once, and step by step.

use std::sync::Arc;
use std::time::Duration;

use countersign::api_types::defi::Profile;
use countersign::{Event, FlowError, Status, SwapOutcome, TrackOptions, follow};
use countersign_sandbox::{PayloadForm, SandboxConfig};
use countersign_tests::{Funds, SHORT, Scene, after_signing, short_steps, until_reserved};
use tokio::task::JoinSet;

/// 100 USDC, in base units.
const GIVEN: u64 = 100_000_000;
/// What 100 USDC are worth at the sandbox's prices, in base units, and the token's key.
const DESTINATIONS: [(&str, &str, u64); 3] = [
    ("SOL@solana", "SOL", 666_666_666),
    ("USDC@base", "USDC_base", 100_000_000),
    ("WETH@ethereum", "WETH", 33_333_333_333_333_333),
];

#[tokio::test]
async fn an_honest_swap_moves_exactly_what_was_agreed_in_every_dialect_and_form() {
    for form in [PayloadForm::Api, PayloadForm::TypedData] {
        for (profile, (to, key, gets)) in
            Profile::ALL.into_iter().zip(DESTINATIONS.into_iter().cycle())
        {
            finishes(form, profile, to, (key, gets)).await;
        }
    }
    for (to, key, gets) in DESTINATIONS {
        finishes(PayloadForm::Api, Profile::G3, to, (key, gets)).await;
    }
}

async fn finishes(form: PayloadForm, profile: Profile, to: &str, (key, gets): (&str, u64)) {
    let config = SandboxConfig { payload_form: form, ..short_steps() };
    let scene = Scene::start(config, profile, to).await;
    let what = format!("{form:?} {profile} {to}");
    let before = scene.funds();
    let outcome = scene.countersign().swap(&scene.request(), SHORT, |_| {}).await.unwrap();
    assert_eq!(outcome.status.status, Status::Finished, "{what}");
    let (owner, recipient) = (&scene.account.address, &scene.recipient);
    let after = before.minus(owner, "USDC", GIVEN).plus(recipient, key, gets);
    assert_eq!(scene.funds(), after, "{what}");
    assert!(scene.sandbox.nonce_used(owner, &nonce(&outcome)), "{what}");
    assert_eq!(deposits(&scene, &outcome), 1, "{what}");
    assert_eq!(scene.signatures.get(), 1, "{what}");
    assert!(outcome.status.payout_tx.is_some(), "{what}");
}

/// Counts the deposits on chain, and sees that the status names one of them.
fn deposits(scene: &Scene, outcome: &SwapOutcome) -> usize {
    let executions = scene.sandbox.executions();
    let deposits: Vec<_> =
        executions.iter().filter(|ran| ran.call == "SandboxEscrow.deposit").collect();
    let named = outcome.status.deposit_tx.as_ref();
    assert!(deposits.iter().any(|ran| Some(&ran.id) == named), "{named:?} {deposits:?}");
    deposits.len()
}

fn nonce(outcome: &SwapOutcome) -> String {
    let lines = outcome.statement.lines();
    lines.iter().find(|line| line.label == "nonce").unwrap().value.clone()
}

#[tokio::test]
async fn swaps_at_once_all_finish() {
    const SWAPS: u64 = 8;
    let scene = Scene::honest().await;
    let countersign = Arc::new(scene.countersign());
    let before = scene.funds();
    let mut swaps = JoinSet::new();
    for _ in 0..SWAPS {
        let (countersign, request) = (Arc::clone(&countersign), scene.request());
        swaps.spawn(async move { countersign.swap(&request, SHORT, |_| {}).await });
    }
    let outcomes: Vec<_> = swaps.join_all().await.into_iter().map(Result::unwrap).collect();
    let nonces: std::collections::BTreeSet<_> = outcomes.iter().map(nonce).collect();
    assert_eq!(u64::try_from(nonces.len()), Ok(SWAPS));
    assert!(outcomes.iter().all(|outcome| outcome.status.status == Status::Finished));
    let after = before.minus(&scene.account.address, "USDC", GIVEN * SWAPS).plus(
        &scene.recipient,
        "SOL",
        666_666_666 * SWAPS,
    );
    assert_eq!(scene.funds(), after);
}

#[tokio::test]
async fn the_steps_run_alone_in_their_order() {
    let scene = Scene::honest().await;
    let countersign = scene.countersign();
    let before = scene.funds();
    let reserved = until_reserved(&countersign, &scene.request()).await.unwrap();
    scene.assert_untouched(&before, "before the signature");
    let signed = countersign.sign(&reserved).await.unwrap();
    assert_eq!(scene.signatures.get(), 1);
    scene.assert_unmoved(&before, "before the submission");
    let status = countersign.status(signed.intent_id()).await.unwrap().status;
    assert_eq!(status, Status::Created);
    countersign.approve(&signed).await.unwrap();
    let last = follow(&scene.api(), signed.intent_id(), SHORT, &mut |_| {}).await.unwrap();
    assert_eq!(last.status, Status::Finished);
}

#[tokio::test]
async fn an_observer_is_told_what_happens_in_its_order() {
    let scene = Scene::honest().await;
    let mut told = Vec::new();
    let observe = |event: Event<'_>| {
        told.push(match event {
            Event::Began(step) => step.to_string(),
            Event::Offered { summary } => summary.to_owned(),
            Event::Status(status) => return assert!(!status.status.name().is_empty()),
            Event::Created { .. } => "created".to_owned(),
            Event::Verified { statement } => statement.title().to_owned(),
            Event::Signed { .. } => "signed".to_owned(),
            other => format!("{other:?}"),
        });
    };
    scene.countersign().swap(&scene.request(), SHORT, observe).await.unwrap();
    let expected = [
        "quote",
        "100 USDC on ethereum for at least 0.663333332 SOL on solana",
        "create",
        "created",
        "verify",
        "Permit2: one transfer of tokens by a spender",
        "sign",
        "signed",
        "track",
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn following_ends_at_its_deadline_and_the_swap_goes_on() {
    let slow = SandboxConfig { step: Duration::from_hours(1), ..short_steps() };
    let scene = Scene::start(slow, Profile::G2, "USDC@base").await;
    let options = TrackOptions { deadline: Duration::from_millis(150), ..SHORT };
    let before = scene.funds();
    let result = scene.countersign().swap(&scene.request(), options, |_| {}).await;
    let (error, approval) = after_signing(result, "slow");
    let FlowError::TrackTimeout { last_seen, .. } = error else { panic!("{error:?}") };
    assert_eq!(last_seen, "Approved");
    // The deposit was made before the first status: only the payout is missing.
    let after = before.minus(&scene.account.address, "USDC", GIVEN);
    assert_eq!(scene.funds(), after);
    let status = scene.countersign().status(&approval.intent_id).await.unwrap();
    assert_eq!(status.status, Status::Approved);
}

#[tokio::test]
async fn two_accounts_share_one_flow_and_pay_for_themselves() {
    let scene = Scene::honest().await;
    let other = Scene::honest().await;
    // A key that is not the owner's is never asked.
    let countersign = scene.builder(scene.config()).signer(other.signer()).build();
    countersign.swap(&scene.request(), SHORT, |_| {}).await.unwrap();
    assert_eq!((scene.signatures.get(), other.signatures.get()), (1, 0));
    let idle = Funds::of(&scene.sandbox, &[&other.account.address]);
    assert_eq!(idle.held(&other.account.address, "USDC"), countersign::units::Lots::ZERO);
}
