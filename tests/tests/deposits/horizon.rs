//! How long a signed intent may live: no longer than policy says, by a member of its own.

use countersign::FlowError;
use countersign::Status;
use countersign::approval::{Code, IntentStandard};
use countersign_tests::{SHORT, Scene, short_steps, until_verified};

use crate::bed::{By, Over, flow_with, scene};

/// What the API asks for beyond the deadline of a quote that lives for half an hour.
const LIVES_SECONDS: u64 = 1_800 + 72 * 3_600;
/// More than a flow takes.
const SPARE_SECONDS: u64 = 60;

const BY: By = By::Intent(IntentStandard::Erc191);

async fn usdc() -> Scene {
    scene(short_steps(), "USDC@ethereum", "USDC@base").await
}

/// Returns the sandbox's configuration with another bound of intents, or with none.
fn bounded(scene: &Scene, seconds: Option<u64>) -> countersign::Config {
    scene.config_with(|_, policy| {
        let is_bound = |line: &&str| line.starts_with("max_intent_seconds");
        assert_eq!(policy.lines().filter(is_bound).count(), 1);
        let others: Vec<_> = policy.lines().filter(|line| !is_bound(line)).collect();
        let own = seconds.map(|most| format!("[deposits]\nmax_intent_seconds = {most}"));
        let own = own.unwrap_or_else(|| "[deposits]".to_owned());
        *policy = others.join("\n").replace("[deposits]", &own);
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_intent_within_its_own_bound_is_signed_and_the_statement_names_it() {
    for over in [Over::OneClick, Over::Aurora] {
        let scene = usdc().await;
        let config = bounded(&scene, Some(LIVES_SECONDS + SPARE_SECONDS));
        let flow = flow_with(&scene, over, BY, config);
        let statement = until_verified(&flow, &scene.request()).await.unwrap().statement();
        let text = statement.to_string();
        for line in ["deadline bounded by", "deposits.max_intent_seconds, here", "can be cancelled"]
        {
            assert!(text.contains(line), "{over:?}: {text}");
        }
        let done = flow.swap(&scene.request(), SHORT, |_| {}).await.unwrap();
        assert_eq!(done.status.status, Status::Finished, "{over:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_intent_beyond_its_bound_is_refused_and_the_refusal_names_it() {
    for over in [Over::OneClick, Over::Aurora] {
        for (seconds, named) in [
            (Some(LIVES_SECONDS - SPARE_SECONDS), "deposits.max_intent_seconds"),
            (Some(0), "deposits.max_intent_seconds"),
            (None, "max_deadline_seconds"),
        ] {
            let what = format!("{over:?}, {seconds:?}");
            let scene = usdc().await;
            let before = scene.funds();
            let flow = flow_with(&scene, over, BY, bounded(&scene, seconds));
            let ended = flow.swap(&scene.request(), SHORT, |_| {}).await;
            let Err(FlowError::Refused { refusal, .. }) = &ended else {
                panic!("{what}: {ended:?}")
            };
            let [violation] = refusal.violations() else { panic!("{what}: {refusal}") };
            assert_eq!(violation.code, Code::Deadline, "{what}: {violation}");
            assert!(violation.message.contains("message.deadline"), "{what}: {violation}");
            let bound = violation.expected.rsplit(' ').next();
            assert_eq!(bound, Some(named), "{what}: {violation}");
            scene.assert_untouched(&before, &what);
        }
    }
}

/// A deposit on a chain has nothing to do with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_deposit_needs_no_bound_of_intents() {
    let scene = usdc().await;
    let flow = flow_with(&scene, Over::OneClick, By::Deposit, bounded(&scene, None));
    let done = flow.swap(&scene.request(), SHORT, |_| {}).await.unwrap();
    assert_eq!(done.status.status, Status::Finished);
}
