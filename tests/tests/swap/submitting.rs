//! Approvals on their way: sent twice, lost, answered late, and what the chain refuses.

use std::time::Duration;

use countersign::api_types::defi::Profile;
use countersign::approval::Code;
use countersign::http_client::Retry;
use countersign::units::Lots;
use countersign::{ApiError, FlowError, Status, Step, follow};
use countersign_sandbox::{Account, SandboxConfig};
use countersign_tests::{
    ConfigFiles, Fate, Relay, SHORT, Scene, SetClock, after_signing, assert_refused, short_steps,
    until_reserved, until_verified,
};

const GIVEN: u64 = 100_000_000;

fn lost() -> ApiError {
    let message = "the connection broke".to_owned();
    ApiError { code: "io", retry: Retry::AskFirst, retry_after: None, message }
}

#[tokio::test]
async fn an_approval_that_is_sent_twice_moves_funds_once() {
    for profile in Profile::ALL {
        let scene = Scene::start(short_steps(), profile, "USDC@base").await;
        let (countersign, before) = (scene.countersign(), scene.funds());
        let reserved = until_reserved(&countersign, &scene.request()).await.unwrap();
        let signed = countersign.sign(&reserved).await.unwrap();
        countersign.approve(&signed).await.unwrap();
        countersign.approve(&signed).await.unwrap();
        let last = follow(&scene.api(), signed.intent_id(), SHORT, &mut |_| {}).await.unwrap();
        assert_eq!(last.status, Status::Finished, "{profile}");
        countersign.approve(&signed).await.unwrap();
        let after = before.minus(&scene.account.address, "USDC", GIVEN).plus(
            &scene.recipient,
            "USDC_base",
            GIVEN,
        );
        assert_eq!(scene.funds(), after, "{profile}");
    }
}

#[tokio::test]
async fn signing_twice_gives_the_same_bytes() {
    let scene = Scene::honest().await;
    let countersign = scene.countersign();
    let reserved = until_reserved(&countersign, &scene.request()).await.unwrap();
    let first = countersign.sign(&reserved).await.unwrap();
    let second = countersign.sign(&reserved).await.unwrap();
    assert_eq!(first.signature().to_submission(), second.signature().to_submission());
}

#[tokio::test]
async fn a_lost_answer_to_an_approval_is_made_up_for_by_the_status() {
    let scene = Scene::honest().await;
    let before = scene.funds();
    let relay = Relay::new(scene.api()).submissions(|_| Fate::AnswerLost(lost()));
    let countersign = scene.builder_over(relay, scene.config()).build();
    let outcome = countersign.swap(&scene.request(), SHORT, |_| {}).await.unwrap();
    assert_eq!(outcome.status.status, Status::Finished);
    assert_eq!(scene.signatures.get(), 1);
    let after = before.minus(&scene.account.address, "USDC", GIVEN).plus(
        &scene.recipient,
        "SOL",
        666_666_666,
    );
    assert_eq!(scene.funds(), after);
}

#[tokio::test]
async fn an_approval_that_did_not_arrive_is_sent_again_and_not_for_ever() {
    let scene = Scene::honest().await;
    let relay = Relay::new(scene.api()).submissions(|before| match before {
        0 => Fate::Lost(lost()),
        _ => Fate::Delivered,
    });
    let countersign = scene.builder_over(relay, scene.config()).build();
    let outcome = countersign.swap(&scene.request(), SHORT, |_| {}).await.unwrap();
    assert_eq!(outcome.status.status, Status::Finished);
    assert_eq!(scene.signatures.get(), 1);

    let before = scene.funds();
    let ran = scene.sandbox.executions().len();
    let relay = Relay::new(scene.api()).submissions(|_| Fate::Lost(lost()));
    let countersign = scene.builder_over(relay, scene.config()).build();
    let result = countersign.swap(&scene.request(), SHORT, |_| {}).await;
    let (error, _) = after_signing(result, "lost for ever");
    let FlowError::Api { step: Step::Approve, source } = error else { panic!("{error:?}") };
    assert_eq!(source, lost());
    assert_eq!((scene.funds(), scene.sandbox.executions().len()), (before, ran));
}

#[tokio::test]
async fn what_may_have_arrived_is_not_sent_again_blindly() {
    let scene = Scene::honest().await;
    let relay = Relay::new(scene.api()).hides_statuses(1).submissions(|before| match before {
        0 => Fate::AnswerLost(lost()),
        _ => panic!("sent again without knowing"),
    });
    let countersign = scene.builder_over(relay, scene.config()).build();
    let result = countersign.swap(&scene.request(), SHORT, |_| {}).await;
    let (error, approval) = after_signing(result, "no status");
    assert!(matches!(error, FlowError::Api { step: Step::Approve, .. }), "{error:?}");
    assert_eq!(scene.signatures.get(), 1);
    // Whoever looks later finds it by what the error says.
    let last = follow(&scene.api(), &approval.intent_id, SHORT, &mut |_| {}).await.unwrap();
    assert_eq!(last.status, Status::Finished);
}

#[tokio::test]
async fn an_api_that_asks_for_patience_gets_it_within_reason() {
    let limited = |wait| {
        let (code, message) = ("rate_limited", "fewer calls, please".to_owned());
        ApiError { code, retry: Retry::Safe, retry_after: Some(wait), message }
    };
    let scene = Scene::honest().await;
    let short = Duration::from_millis(20);
    let relay = Relay::new(scene.api()).submissions(move |before| match before {
        0 => Fate::Lost(limited(short)),
        _ => Fate::Delivered,
    });
    let countersign = scene.builder_over(relay, scene.config()).build();
    let outcome = countersign.swap(&scene.request(), SHORT, |_| {}).await.unwrap();
    assert_eq!(outcome.status.status, Status::Finished);

    let (before, ran) = (scene.funds(), scene.sandbox.executions());
    let relay =
        Relay::new(scene.api()).submissions(move |_| Fate::Lost(limited(Duration::from_hours(1))));
    let countersign = scene.builder_over(relay, scene.config()).build();
    let (request, soon) = (scene.request(), Duration::from_secs(20));
    let swap = countersign.swap(&request, SHORT, |_| {});
    let result = tokio::time::timeout(soon, swap).await.unwrap();
    let (error, _) = after_signing(result, "an hour");
    let FlowError::Api { step: Step::Approve, source } = error else { panic!("{error:?}") };
    assert_eq!(source.retry_after, Some(Duration::from_hours(1)));
    assert_eq!((scene.funds(), scene.sandbox.executions()), (before, ran));
}

#[tokio::test]
async fn statuses_that_are_missing_for_a_while_do_not_end_a_swap() {
    let scene = Scene::honest().await;
    let relay = Relay::new(scene.api()).hides_statuses(3);
    let countersign = scene.builder_over(relay, scene.config()).build();
    let outcome = countersign.swap(&scene.request(), SHORT, |_| {}).await.unwrap();
    assert_eq!(outcome.status.status, Status::Finished);
}

#[tokio::test]
async fn a_missing_allowance_that_nobody_looked_for_is_told_by_the_api() {
    for profile in Profile::ALL {
        let scene = Scene::start(short_steps(), profile, "USDC@base").await;
        let scene = scene.acting_as("no-allowance").blind();
        let before = scene.funds();
        let result = scene.countersign().swap(&scene.request(), SHORT, |_| {}).await;
        let (error, approval) = after_signing(result, "no allowance");
        let FlowError::Api { step, source } = error else { panic!("{profile}: {error:?}") };
        assert!(!approval.intent_id.is_empty());
        assert_eq!((step, source.code), (Step::Approve, "permit2_allowance_missing"));
        assert_eq!(source.retry, Retry::Safe, "{profile}");
        scene.assert_unmoved(&before, "no allowance");
        // The twin, over the same sandbox.
        let scene = scene.acting_as("default");
        scene.countersign().swap(&scene.request(), SHORT, |_| {}).await.unwrap();
    }
}

#[tokio::test]
async fn a_missing_allowance_is_told_with_the_call_that_mends_it_before_anything_is_signed() {
    for from in ["USDC@ethereum", "USDT@tron"] {
        let scene = Scene::start_from(short_steps(), Profile::G3, from, "SOL@solana").await;
        let network = scene.account.network.clone();
        let poor = |it: &Account| it.name == "no-allowance" && it.network == network;
        let account = scene.sandbox.accounts().into_iter().find(poor).unwrap();
        let scene = Scene { account, ..scene };
        let before = scene.funds();
        let result = scene.countersign().swap(&scene.request(), SHORT, |_| {}).await;
        let Err(FlowError::Allowance(missing)) = result else { panic!("{from}: {result:?}") };
        assert_eq!(missing.owner, scene.account.address);
        assert_eq!((missing.allowance, missing.needed), (Lots::ZERO, Lots::from(100_000_000)));
        let [call] = missing.calls[..] else { panic!("{from}: {:?}", missing.calls) };
        assert_eq!(call.amount, missing.needed, "never more than is needed");
        assert!(scene.sandbox.registry_toml().contains(&missing.token), "{missing}");
        scene.assert_untouched(&before, from);
    }
}

#[tokio::test]
async fn a_balance_that_is_too_small_is_the_chains_own_refusal() {
    // The allowance of the sandbox's account is exactly its balance of 100,000.
    let scene = Scene::honest().await;
    let config = scene.config_with(|_, policy| *policy = policy.replace("\"50000\"", "\"500000\""));
    let mut request = scene.request();
    "100000.000001".clone_into(&mut request.amount);
    let before = scene.funds();
    let countersign = scene.builder(config).build();
    let result = countersign.swap(&request, SHORT, |_| {}).await;
    assert_refused(result, Step::Verify, Code::Amount, "too small a balance");
    scene.assert_untouched(&before, "too small a balance");
    let scene = scene.blind();
    let config = scene.config_with(|_, policy| *policy = policy.replace("\"50000\"", "\"500000\""));
    let countersign = scene.builder(config).build();
    let result = countersign.swap(&request, SHORT, |_| {}).await;
    let (error, _) = after_signing(result, "too small a balance");
    assert!(matches!(error, FlowError::Api { step: Step::Approve, .. }), "{error:?}");
    scene.assert_unmoved(&before, "too small a balance");
    "100000".clone_into(&mut request.amount);
    let outcome = countersign.swap(&request, SHORT, |_| {}).await.unwrap();
    assert_eq!(outcome.status.status, Status::Finished);
}

#[tokio::test]
async fn an_approval_that_comes_too_late_is_refused_by_the_chain() {
    let lifetime = Duration::from_secs(1);
    let config = SandboxConfig { intent_lifetime: lifetime, ..short_steps() };
    let scene = Scene::start(config, Profile::G2, "SOL@solana").await;
    // Our own clock is slow, so that it is not us who notices.
    let (clock, before) = (SetClock::default(), scene.funds());
    clock.advance(-60);
    let countersign = scene.builder(scene.config()).clock(clock).build();
    let reserved = until_reserved(&countersign, &scene.request()).await.unwrap();
    let signed = countersign.sign(&reserved).await.unwrap();
    // The deadline counts whole seconds and the last of them still holds.
    tokio::time::sleep(lifetime * 2).await;
    let result = countersign.approve(&signed).await;
    assert!(matches!(result, Err(FlowError::Api { step: Step::Approve, .. })), "{result:?}");
    scene.assert_unmoved(&before, "too late");
}

#[tokio::test]
async fn nothing_is_signed_after_the_deadline() {
    let scene = Scene::honest().await;
    let (clock, before) = (SetClock::default(), scene.funds());
    let countersign = scene.builder(scene.config()).clock(clock.clone()).build();
    let reserved = until_reserved(&countersign, &scene.request()).await.unwrap();
    clock.advance(3_000);
    let result = countersign.sign(&reserved).await;
    assert_refused(result, Step::Verify, Code::Deadline, "after the deadline");
    scene.assert_untouched(&before, "after the deadline");
}

#[tokio::test]
async fn a_policy_that_is_paused_meanwhile_stops_the_next_step() {
    let scene = Scene::honest().await;
    let (registry, policy) = (scene.sandbox.registry_toml(), scene.sandbox.policy_toml());
    let paused = policy.replace("paused = false", "paused = true");
    let files = ConfigFiles::new(&registry, &policy);
    let countersign = scene.builder(files.read().unwrap()).build();
    let before = scene.funds();

    let verified = until_verified(&countersign, &scene.request()).await.unwrap();
    files.set_policy(&paused);
    let reviewed = countersign.review(verified).await.unwrap();
    let result = countersign.reserve(reviewed).await;
    assert!(matches!(result, Err(FlowError::Paused)), "{result:?}");

    files.set_policy(&policy);
    let reserved = until_reserved(&countersign, &scene.request()).await.unwrap();
    files.set_policy(&paused);
    let result = countersign.sign(&reserved).await;
    assert!(matches!(result, Err(FlowError::Paused)), "{result:?}");
    scene.assert_untouched(&before, "paused");

    files.set_policy(&policy);
    countersign.approve(&countersign.sign(&reserved).await.unwrap()).await.unwrap();
}
