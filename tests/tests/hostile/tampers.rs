//! Every lie that the sandbox can tell, in every dialect and in both forms of the payload.

use std::collections::BTreeSet;

use countersign::api_types::defi::Profile;
use countersign::approval::Code;
use countersign::{FlowError, Status};
use countersign_sandbox::{PayloadForm, SandboxConfig, Tamper};
use countersign_tests::{SHORT, Scene, codes_of_kind, short_steps};
use tokio::task::JoinSet;

const FORMS: [PayloadForm; 2] = [PayloadForm::Api, PayloadForm::TypedData];
/// How many sandboxes run at once.
const AT_ONCE: usize = 8;

async fn scene(tamper: Option<Tamper>, form: PayloadForm, profile: Profile) -> Scene {
    let config = SandboxConfig { tamper, payload_form: form, ..short_steps() };
    Scene::start(config, profile, "USDC@base").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_lie_is_refused_by_its_code_and_nothing_is_signed() {
    let mut running = JoinSet::new();
    for tamper in Tamper::ALL.iter().copied().filter(|lie| *lie != Tamper::NonceAlreadyUsed) {
        for form in FORMS.into_iter().take(if tamper.needs_typed_data() { 1 } else { 2 }) {
            if running.len() >= AT_ONCE {
                running.join_next().await.unwrap().unwrap();
            }
            running.spawn(is_refused(tamper, form));
        }
    }
    running.join_all().await;
}

/// Tells one lie in every dialect.
async fn is_refused(tamper: Tamper, form: PayloadForm) {
    let mut scene = scene(Some(tamper), form, Profile::G1).await;
    let before = scene.funds();
    for profile in Profile::ALL {
        scene.profile = profile;
        let what = format!("{tamper} {form:?} {profile}");
        let result = scene.countersign().swap(&scene.request(), SHORT, |_| {}).await;
        assert_codes(result, &codes(tamper, form), &what);
        scene.assert_untouched(&before, &what);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_lie_about_a_swap_from_tron_is_refused_too() {
    let told = Tamper::ALL.iter().copied().filter(|lie| *lie != Tamper::NonceAlreadyUsed);
    let mut running = JoinSet::new();
    for (tamper, profile) in told.zip(Profile::ALL.into_iter().cycle()) {
        if running.len() >= AT_ONCE {
            running.join_next().await.unwrap().unwrap();
        }
        running.spawn(async move {
            let config = SandboxConfig { tamper: Some(tamper), ..short_steps() };
            let scene = Scene::start_from(config, profile, "USDT@tron", "USDC@base").await;
            let (before, what) = (scene.funds(), format!("{tamper} from Tron in {profile}"));
            let result = scene.countersign().swap(&scene.request(), SHORT, |_| {}).await;
            assert_codes(result, &codes(tamper, PayloadForm::Api), &what);
            scene.assert_untouched(&before, &what);
        });
    }
    running.join_all().await;
}

fn assert_codes<T>(result: Result<T, FlowError>, codes: &BTreeSet<String>, what: &str) {
    let Err(error) = result else { panic!("{what}: not refused") };
    let FlowError::Refused { refusal, .. } = error else { panic!("{what}: {error:?}") };
    let found = refusal.violations().iter().map(|violation| violation.code.as_str());
    assert!(found.clone().any(|code| codes.contains(code)), "{what}: {codes:?}, not {refusal}");
}

/// Returns the codes that may be the reason to refuse a lie: those of its test vectors.
fn codes(tamper: Tamper, form: PayloadForm) -> BTreeSet<String> {
    let typed_data = tamper.needs_typed_data() || form == PayloadForm::TypedData;
    let form = if typed_data { "typed_data" } else { "api" };
    let kinds = tamper.vector_kinds();
    if kinds.is_empty() {
        return BTreeSet::from([outside_the_payload(tamper).as_str().to_owned()]);
    }
    let codes: BTreeSet<_> = kinds.iter().flat_map(|kind| codes_of_kind(kind, form)).collect();
    assert!(!codes.is_empty(), "{tamper}: no vector of {kinds:?}");
    codes
}

/// Names the code of a lie that no test vector tells.
fn outside_the_payload(tamper: Tamper) -> Code {
    match tamper {
        Tamper::ResolverEverywhere => Code::Witness,
        Tamper::QuoteAmount | Tamper::QuoteMinOut | Tamper::QuoteExpired => Code::Quote,
        Tamper::ApproveTo => Code::ApproveTo,
        Tamper::UnknownMechanism => Code::Mechanism,
        other => panic!("{other} has neither a vector nor a code here"),
    }
}

#[tokio::test]
async fn the_same_without_a_lie_finishes() {
    for profile in Profile::ALL {
        for form in FORMS {
            let scene = scene(None, form, profile).await;
            let outcome = scene.countersign().swap(&scene.request(), SHORT, |_| {}).await.unwrap();
            assert_eq!(outcome.status.status, Status::Finished, "{form:?} {profile}");
            assert_eq!(scene.signatures.get(), 1, "{form:?} {profile}");
        }
    }
}

#[tokio::test]
async fn a_nonce_that_comes_again_is_refused_after_the_first_swap_finished() {
    for (profile, sees_chain) in Profile::ALL.into_iter().zip([true, false].into_iter().cycle()) {
        for form in FORMS {
            let mut scene = scene(Some(Tamper::NonceAlreadyUsed), form, profile).await;
            scene.sees_chain = sees_chain;
            let countersign = scene.countersign();
            countersign.swap(&scene.request(), SHORT, |_| {}).await.unwrap();
            let (funds, ran) = (scene.funds(), scene.sandbox.executions());
            let result = countersign.swap(&scene.request(), SHORT, |_| {}).await;
            // The chain tells it, and the ledger where there is no view of the chain.
            let code = if sees_chain { Code::Nonce } else { Code::Replay };
            assert_codes(result, &BTreeSet::from([code.as_str().to_owned()]), "the same nonce");
            assert_eq!(scene.signatures.get(), 1);
            assert_eq!((scene.funds(), scene.sandbox.executions()), (funds, ran));
        }
    }
}

#[tokio::test]
async fn a_refusal_names_what_was_expected_and_what_came() {
    let scene = scene(Some(Tamper::Spender), PayloadForm::Api, Profile::G3).await;
    let error = scene.countersign().swap(&scene.request(), SHORT, |_| {}).await.unwrap_err();
    let FlowError::Refused { step, refusal } = error else { panic!("{error:?}") };
    assert_eq!(step, countersign::Step::Verify);
    let registry = scene.sandbox.registry_toml();
    let spender = refusal.violations().iter().find(|found| found.code == Code::Spender).unwrap();
    let pinned = spender.expected.rsplit(' ').next().unwrap();
    assert!(registry.contains(pinned) && !registry.contains(&spender.found), "{spender}");
    assert!(spender.message.starts_with("escrow_contract_address: expected"), "{spender}");
}
