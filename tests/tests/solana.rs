//! Swaps from Solana: transactions that we co-sign, judged by `LiteSVM`.

use countersign::api_types::defi::Profile;
use countersign::approval::Code;
use countersign::{FlowError, Status, Step};
use countersign_sandbox::{CosignForm, SandboxConfig, SponsorSigns, Tamper};
use countersign_tests::{
    Fate, Relay, SHORT, Scene, after_signing, assert_refused, short_steps, until_reserved,
    until_verified,
};

const SOURCES: [(&str, &str); 3] =
    [("SOL@solana", "SOL"), ("USDC@solana", "USDC_SOL"), ("PYUSD@solana", "PYUSD")];

async fn scene(config: SandboxConfig, profile: Profile, from: &str) -> Scene {
    Scene::start_from(config, profile, from, "USDC@base").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_swap_of_each_kind_of_token_finishes_in_every_dialect_and_form() {
    let mut profiles = Profile::ALL.into_iter().cycle();
    for cosign_form in CosignForm::ALL {
        for sponsor_signs in [SponsorSigns::Before, SponsorSigns::After] {
            for ((from, token), profile) in SOURCES.into_iter().zip(profiles.by_ref()) {
                let config = SandboxConfig { cosign_form, sponsor_signs, ..short_steps() };
                let scene = scene(config, profile, from).await;
                let what = format!("{from} in {profile}, {cosign_form:?}, {sponsor_signs:?}");
                let before = scene.funds();
                let outcome = scene.countersign().swap(&scene.request(), SHORT, |_| {}).await;
                let outcome = outcome.unwrap_or_else(|error| panic!("{what}: {error}"));
                assert_eq!(outcome.status.status, Status::Finished, "{what}");
                let after = scene.funds();
                let spent = before
                    .held(&scene.account.address, token)
                    .checked_sub(after.held(&scene.account.address, token))
                    .unwrap();
                // To the unit: a sponsor pays the fee.
                let agreed: u64 = if token == "SOL" { 1_000_000_000 } else { 100_000_000 };
                assert_eq!(spent, agreed.into(), "{what}");
                let gained =
                    |funds: &countersign_tests::Funds| funds.held(&scene.recipient, "USDC_base");
                assert!(gained(&after) > gained(&before), "{what}");
                assert_eq!(scene.signatures.get(), 1, "{what}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_lie_about_a_transaction_is_refused_by_its_code_and_nothing_is_signed() {
    let mut believed = Vec::new();
    for (tamper, profile) in Tamper::SOLANA.iter().zip(Profile::ALL.into_iter().cycle()) {
        let config = SandboxConfig { tamper: Some(*tamper), ..short_steps() };
        let scene = scene(config, profile, tamper.source()).await;
        let before = scene.funds();
        let result = scene.countersign().swap(&scene.request(), SHORT, |_| {}).await;
        let Err(FlowError::Refused { refusal, .. }) = result else {
            believed.push(format!("{tamper} in {profile}: {result:?}"));
            continue;
        };
        let codes = tamper.codes();
        let mut found = refusal.violations().iter().map(|violation| violation.code.as_str());
        assert!(found.any(|code| codes.contains(&code)), "{tamper}: {codes:?}: {refusal}");
        scene.assert_untouched(&before, tamper.name());
    }
    assert_eq!(believed, Vec::<String>::new());
}

#[tokio::test]
async fn a_co_signed_transaction_runs_once() {
    let scene = scene(short_steps(), Profile::G3, "USDC@solana").await;
    let countersign = scene.countersign();
    let reserved = until_reserved(&countersign, &scene.request()).await.unwrap();
    let signed = countersign.sign(&reserved).await.unwrap();
    countersign.approve(&signed).await.unwrap();
    let after = scene.funds();
    // The API may take the same bytes again; the chain does not.
    let _ = countersign.approve(&signed).await;
    assert_eq!(
        scene.funds().held(&scene.account.address, "USDC_SOL"),
        after.held(&scene.account.address, "USDC_SOL")
    );
}

#[tokio::test]
async fn a_lost_answer_is_made_up_for_and_nothing_is_paid_twice() {
    let scene = scene(short_steps(), Profile::G1, "SOL@solana").await;
    let before = scene.funds();
    let relay = Relay::new(scene.api()).submissions(|_| Fate::AnswerLost(lost()));
    let countersign = scene.builder_over(relay, scene.config()).build();
    let outcome = countersign.swap(&scene.request(), SHORT, |_| {}).await.unwrap();
    assert_eq!(outcome.status.status, Status::Finished);
    let (owner, after) = (&scene.account.address, scene.funds());
    let spent = before.held(owner, "SOL").checked_sub(after.held(owner, "SOL")).unwrap();
    assert_eq!(spent, 1_000_000_000_u64.into());
}

fn lost() -> countersign::ApiError {
    let (code, message) = ("transport", "the answer was lost".to_owned());
    let retry = countersign::http_client::Retry::AskFirst;
    countersign::ApiError { code, retry, retry_after: None, message }
}

#[tokio::test]
async fn a_blockhash_that_has_died_is_refused_before_and_fails_after_signing() {
    let scene = scene(short_steps(), Profile::G2, "SOL@solana").await;
    let (before, countersign) = (scene.funds(), scene.countersign());
    let offered = countersign.quote(&scene.request()).await.unwrap();
    let created = countersign.create(countersign.accept(offered).unwrap()).await.unwrap();
    let bound = countersign.bind(created).unwrap();
    scene.sandbox.expire_blockhashes();
    let refused = countersign.verify(bound).await;
    assert_refused(refused, Step::Verify, Code::Blockhash, "an old blockhash");
    scene.assert_untouched(&before, "an old blockhash");

    let reserved = until_reserved(&countersign, &scene.request()).await.unwrap();
    let signed = countersign.sign(&reserved).await.unwrap();
    scene.sandbox.expire_blockhashes();
    let late = countersign.approve(&signed).await;
    assert!(matches!(late, Err(FlowError::Api { step: Step::Approve, .. })), "{late:?}");
    scene.assert_unmoved(&before, "the chain knows the blockhash no more");
}

#[tokio::test]
async fn without_a_view_of_the_chain_a_policy_that_requires_facts_refuses() {
    let scene = scene(short_steps(), Profile::G3, "SOL@solana").await;
    let key = scene.cosigner();
    let blind = countersign::Countersign::builder(scene.api(), scene.config())
        .solana_signer(key.address(), key)
        .build();
    let refused = until_verified(&blind, &scene.request()).await;
    assert_refused(refused, Step::Verify, Code::Unavailable, "no facts");
}

#[tokio::test]
async fn what_nothing_pins_is_refused() {
    let scene = scene(short_steps(), Profile::G3, "USDC@solana").await;
    for key in ["genesis_hash", "fee_payers", "destinations", "programs"] {
        let config = scene.config_with(|registry, _| {
            let lines = registry.lines().filter(|line| !line.starts_with(key));
            *registry = lines.collect::<Vec<_>>().join("\n");
        });
        let countersign = scene.builder(config).build();
        let offered = countersign.quote(&scene.request()).await.unwrap();
        let refused = countersign.accept(offered);
        assert_refused(refused, Step::Accept, Code::Unpinned, key);
    }
    assert_eq!(scene.signatures.get(), 0);
}

#[tokio::test]
async fn another_key_signs_nothing() {
    let scene = scene(short_steps(), Profile::G3, "SOL@solana").await;
    let stranger = Scene::honest().await;
    let key = stranger.signer();
    let countersign =
        countersign::Countersign::builder(scene.api(), scene.config()).signer(key).build();
    let offered = countersign.quote(&scene.request()).await.unwrap();
    assert!(matches!(countersign.accept(offered), Err(FlowError::NoKey { .. })));
}

#[tokio::test]
async fn a_swap_whose_resolver_fails_is_refunded() {
    let config = SandboxConfig {
        resolver_fails: true,
        intent_lifetime: std::time::Duration::from_secs(2),
        refund_delay: std::time::Duration::from_secs(1),
        ..short_steps()
    };
    let scene = scene(config, Profile::G3, "USDC@solana").await;
    let before = scene.funds();
    let result = scene.countersign().swap(&scene.request(), SHORT, |_| {}).await;
    let outcome = match result {
        Ok(outcome) => outcome,
        other => panic!("{:?}", after_signing(other, "refunded")),
    };
    assert_eq!(outcome.status.status, Status::Refunded);
    assert_eq!(scene.funds(), before);
}
