//! What may leave in a day.

use std::sync::Arc;

use countersign::api_types::defi::Profile;
use countersign::approval::{Code, Decision, ReviewRequest, Reviewer};
use countersign::{Config, FlowError, Step};
use countersign_sandbox::{SandboxConfig, Tamper};
use countersign_tests::{SHORT, Scene, assert_refused, short_steps, until_reserved};
use tokio::task::JoinSet;

/// Lets an amount of each token leave in a day.
fn per_day(scene: &Scene, amount: &str) -> Config {
    let limit = format!("per_day = \"{amount}\"");
    scene.config_with(|_, policy| *policy = policy.replace("per_day = \"500000\"", &limit))
}

#[tokio::test]
async fn a_day_moves_its_limit_to_the_unit_and_no_more() {
    let scene = Scene::honest().await;
    let countersign = scene.builder(per_day(&scene, "299.999999")).build();
    for _ in 0..2 {
        countersign.swap(&scene.request(), SHORT, |_| {}).await.unwrap();
    }
    let (funds, ran) = (scene.funds(), scene.sandbox.executions());
    let result = countersign.swap(&scene.request(), SHORT, |_| {}).await;
    assert_refused(result, Step::Reserve, Code::Limits, "the third");
    assert_eq!(scene.signatures.get(), 2);
    assert_eq!((scene.funds(), scene.sandbox.executions()), (funds, ran));
    // What is left can still go.
    let mut rest = scene.request();
    "99.999999".clone_into(&mut rest.amount);
    countersign.swap(&rest, SHORT, |_| {}).await.unwrap();
    "1".clone_into(&mut rest.amount);
    let result = countersign.swap(&rest, SHORT, |_| {}).await;
    assert_refused(result, Step::Reserve, Code::Limits, "nothing is left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn swaps_at_once_do_not_pass_the_limit_together() {
    let scene = Scene::honest().await;
    let countersign = Arc::new(scene.builder(per_day(&scene, "300")).build());
    let mut swaps = JoinSet::new();
    for _ in 0..8 {
        let (countersign, request) = (Arc::clone(&countersign), scene.request());
        swaps.spawn(async move { countersign.swap(&request, SHORT, |_| {}).await });
    }
    let (finished, refused): (Vec<_>, Vec<_>) =
        swaps.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!((finished.len(), refused.len(), scene.signatures.get()), (3, 5, 3));
    for result in refused {
        assert_refused(result, Step::Reserve, Code::Limits, "at once");
    }
}

#[tokio::test]
async fn each_token_has_its_own_limit() {
    let scene = Scene::honest().await;
    let countersign = scene.builder(per_day(&scene, "100")).build();
    countersign.swap(&scene.request(), SHORT, |_| {}).await.unwrap();
    let result = countersign.swap(&scene.request(), SHORT, |_| {}).await;
    assert_refused(result, Step::Reserve, Code::Limits, "USDC");
    let mut other = scene.request();
    other.from = "USDT@ethereum".parse().unwrap();
    countersign.swap(&other, SHORT, |_| {}).await.unwrap();
    // The same symbol on another network is another token.
    other.from = "USDC@base".parse().unwrap();
    countersign.swap(&other, SHORT, |_| {}).await.unwrap();
}

/// Denies always.
struct Never;

#[async_trait::async_trait]
impl Reviewer for Never {
    async fn review(&self, _: &ReviewRequest<'_>) -> Decision {
        Decision::Deny { by: "Ada".to_owned(), reason: "never".to_owned() }
    }
}

#[tokio::test]
async fn what_was_refused_or_denied_takes_nothing_of_the_limit() {
    let scene = Scene::honest().await;
    let config = scene.config_with(|_, policy| {
        let limited = policy.replace("per_day = \"500000\"", "per_day = \"100\"");
        *policy = format!("review_above = {{ USDC = \"99.999999\" }}\n{limited}");
    });
    let countersign = scene.builder(config).reviewer(Never).build();
    for _ in 0..3 {
        let result = until_reserved(&countersign, &scene.request()).await;
        assert!(matches!(result, Err(FlowError::NotApproved(_))), "{result:?}");
    }
    let mut request = scene.request();
    "99.999999".clone_into(&mut request.amount);
    countersign.swap(&request, SHORT, |_| {}).await.unwrap();

    let config = SandboxConfig { tamper: Some(Tamper::NonceAlreadyUsed), ..short_steps() };
    let scene = Scene::start(config, Profile::G2, "USDC@base").await.blind();
    let countersign = scene.builder(per_day(&scene, "150")).build();
    countersign.swap(&scene.request(), SHORT, |_| {}).await.unwrap();
    let mut request = scene.request();
    "50".clone_into(&mut request.amount);
    for _ in 0..3 {
        let result = countersign.swap(&request, SHORT, |_| {}).await;
        assert_refused(result, Step::Reserve, Code::Replay, "a used nonce");
    }
}
