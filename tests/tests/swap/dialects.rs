//! Every dialect of the API with every way to prove who asks.

use countersign::api_types::defi::Profile;
use countersign::{FlowError, Status, Step};
use countersign_sandbox::{AuthScheme, SandboxConfig};
use countersign_tests::{SHORT, Scene, short_steps};

#[tokio::test]
async fn a_client_of_each_dialect_and_each_scheme_completes_a_swap() {
    for auth in [AuthScheme::StaticKey, AuthScheme::SignedRequests] {
        let config = SandboxConfig { auth, ..short_steps() };
        let mut scene = Scene::start(config, Profile::G0, "SOL@solana").await;
        for profile in Profile::ALL {
            scene.profile = profile;
            let what = format!("{profile} with {auth:?}");
            let outcome = scene.countersign().swap(&scene.request(), SHORT, |_| {}).await;
            assert_eq!(outcome.expect(&what).status.status, Status::Finished, "{what}");
        }
    }
}

#[tokio::test]
async fn a_request_that_another_key_signed_gets_nothing() {
    let config = SandboxConfig { auth: AuthScheme::SignedRequests, ..short_steps() };
    let scene = Scene::start(config.clone(), Profile::G3, "SOL@solana").await;
    let other = Scene::start(config, Profile::G3, "SOL@solana").await;
    let before = scene.funds();
    let stranger = countersign::http_client::DefiClient::builder(scene.sandbox.url());
    let pem = other.sandbox.rsa_private_key_pem().unwrap();
    let key = countersign::http_client::RsaAuth::from_pem(&pem.into()).unwrap();
    let client = stranger.signed_requests(key).build().unwrap();
    let countersign = scene.builder_over(countersign::DefiApi::new(client), scene.config()).build();
    let result = countersign.swap(&scene.request(), SHORT, |_| {}).await;
    let Err(FlowError::Api { step: Step::Quote, source }) = result else { panic!("{result:?}") };
    assert!(source.message.contains("401"), "{source}");
    scene.assert_untouched(&before, "another key");
}
