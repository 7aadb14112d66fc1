//! Every way in which the sandbox breaks its answers.

use std::time::{Duration, Instant};

use countersign::api_types::defi::Profile;
use countersign::http_client::{DefiClient, Retry};
use countersign::{DefiApi, FlowError, Status, Step};
use countersign_sandbox::{Fault, SandboxConfig};
use countersign_tests::{SHORT, Scene, short_steps};

/// How long one attempt may take; what is late comes much later.
const ATTEMPT: Duration = Duration::from_millis(1_500);
const LATENESS: Duration = Duration::from_mins(1);
/// How long a swap may take that fails: far from the lateness.
const BOUND: Duration = Duration::from_secs(20);

async fn scene(fault: Option<Fault>, profile: Profile) -> (Scene, DefiApi) {
    let config = SandboxConfig { fault, lateness: LATENESS, ..short_steps() };
    let scene = Scene::start(config, profile, "USDC@base").await;
    let client = DefiClient::builder(scene.sandbox.url())
        .api_key(scene.sandbox.api_key().to_owned().into())
        .profile(profile)
        .attempt_deadline(ATTEMPT)
        .total_deadline(ATTEMPT);
    let api = DefiApi::new(client.build().unwrap());
    (scene, api)
}

/// Names the cause that the flow gives for a broken create answer.
fn code(fault: Fault) -> &'static str {
    match fault {
        Fault::Late => "timeout",
        Fault::CreateLost => "io",
        Fault::Duplicated | Fault::Truncated | Fault::WrongTyped | Fault::Html => "undecodable",
        Fault::Oversized => "too_large",
        Fault::ServerError => "api",
        other => panic!("{other} has no code here"),
    }
}

#[tokio::test]
async fn every_broken_answer_is_a_typed_error_in_time_and_nothing_is_signed() {
    for profile in Profile::ALL {
        for fault in Fault::ALL.into_iter().filter(|fault| fault.is_of_creating()) {
            let (scene, api) = scene(Some(fault), profile).await;
            let (before, began) = (scene.funds(), Instant::now());
            let countersign = scene.builder_over(api, scene.config()).build();
            let result = countersign.swap(&scene.request(), SHORT, |_| {}).await;
            let what = format!("{fault} {profile}");
            assert!(began.elapsed() < BOUND, "{what}: {:?}", began.elapsed());
            let Err(FlowError::Api { step, source }) = result else { panic!("{what}: {result:?}") };
            assert_eq!((step, source.code), (Step::Create, code(fault)), "{what}: {source}");
            // Whatever broke, there may be an intent by now.
            assert_eq!(source.retry, Retry::AskFirst, "{what}");
            assert!(source.message.len() < 1_000, "{what}: {}", source.message.len());
            assert!(!source.message.contains(scene.sandbox.api_key()), "{what}");
            scene.assert_untouched(&before, &what);
        }
    }
}

#[tokio::test]
async fn the_same_without_a_fault_finishes() {
    for profile in Profile::ALL {
        let (scene, api) = scene(None, profile).await;
        let countersign = scene.builder_over(api, scene.config()).build();
        let outcome = countersign.swap(&scene.request(), SHORT, |_| {}).await.unwrap();
        assert_eq!(outcome.status.status, Status::Finished, "{profile}");
    }
}

#[tokio::test]
async fn reads_that_fail_for_a_moment_are_made_again() {
    let (scene, api) = scene(Some(Fault::ServerError), Profile::G2).await;
    let countersign = scene.builder_over(api, scene.config()).build();
    // After two answers with 503 the truth is told: there is no such intent.
    let unknown = "00000000-0000-4000-8000-000000000000";
    let result = countersign.status(unknown).await;
    let Err(FlowError::Api { step: Step::Track, source }) = result else { panic!("{result:?}") };
    assert_eq!((source.code, source.retry), ("not_found", Retry::Never), "{source}");
}

#[tokio::test]
async fn an_id_that_leads_elsewhere_is_not_asked_about() {
    let (scene, api) = scene(None, Profile::G2).await;
    let countersign = scene.builder_over(api, scene.config()).build();
    for id in ["", "..", "../networks", "a/b", "a?b=c", "a%2fb", "a\r\nb"] {
        let result = countersign.status(id).await;
        let Err(FlowError::Api { step: Step::Track, source }) = result else {
            panic!("{result:?}")
        };
        assert_eq!((source.code, source.retry), ("invalid_request", Retry::Never), "{id:?}");
    }
}

#[tokio::test]
async fn a_counterparty_that_is_gone_is_a_typed_error() {
    let (scene, api) = scene(None, Profile::G1).await;
    let countersign = scene.builder_over(api, scene.config()).build();
    let request = scene.request();
    scene.sandbox.shutdown().await;
    let result = countersign.quote(&request).await;
    let Err(FlowError::Api { step: Step::Quote, source }) = result else { panic!("{result:?}") };
    assert_eq!((source.code, source.retry), ("connect", Retry::Safe), "{source}");
    assert_eq!(scene.signatures.get(), 0);
}

#[tokio::test]
async fn a_wrong_api_key_is_a_typed_error_that_does_not_show_it() {
    let (scene, _) = scene(None, Profile::G3).await;
    let key = "not-the-key-0123456789";
    let client = DefiClient::builder(scene.sandbox.url()).api_key(key.to_owned().into());
    let api = DefiApi::new(client.build().unwrap());
    let countersign = scene.builder_over(api, scene.config()).build();
    let error = countersign.quote(&scene.request()).await.unwrap_err();
    assert!(matches!(&error, FlowError::Api { step: Step::Quote, .. }), "{error:?}");
    assert!(!format!("{error} {error:?} {countersign:?}").contains(key), "{error:?}");
    let _offered = scene.countersign().quote(&scene.request()).await.unwrap();
}
