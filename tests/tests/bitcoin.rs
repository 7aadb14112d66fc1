//! Swaps from Bitcoin: coins into a hash time-locked output, and back where the swap fails.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeSet;
use std::time::Duration;

use countersign::api_types::defi::Profile;
use countersign::approval::{ChainViewError, Code};
use countersign::bitcoin::LocalCoinSigner;
use countersign::{FlowError, RefundError, Status, TrackOptions, refund};
use countersign_sandbox::{HtlcTemplate, SandboxConfig, Tamper};
use countersign_tests::{SHORT, Scene, short_steps};

const BTC: &str = "BTC@bitcoin";
const ACCOUNTS: [&str; 3] = ["default", "taproot", "nested"];

async fn scene(config: SandboxConfig, profile: Profile, account: &str) -> Scene {
    let scene = Scene::start_from(config, profile, BTC, "USDC@base").await;
    let found = scene.sandbox.accounts().into_iter();
    let mut found = found.filter(|it| it.network == "bitcoin" && it.name == account);
    let account = found.next().unwrap();
    Scene { account, ..scene }
}

#[tokio::test]
async fn a_swap_from_each_form_of_coins_by_each_template_finishes_in_every_dialect() {
    let mut profiles = Profile::ALL.into_iter().cycle();
    for htlc_template in HtlcTemplate::ALL {
        for account in ACCOUNTS {
            for profile in profiles.by_ref().take(2) {
                let config = SandboxConfig { htlc_template, ..short_steps() };
                let scene = scene(config, profile, account).await;
                let what = format!("{} from {account} in {profile}", htlc_template.name());
                let before = scene.funds();
                let outcome = scene.countersign().swap(&scene.request(), SHORT, |_| {}).await;
                let outcome = outcome.unwrap_or_else(|error| panic!("{what}: {error}"));
                assert_eq!(outcome.status.status, Status::Finished, "{what}");
                let after = scene.funds();
                let spent = before
                    .held(&scene.account.address, "BTC")
                    .checked_sub(after.held(&scene.account.address, "BTC"))
                    .unwrap();
                // What was agreed, and a fee within policy.
                assert!(
                    spent > 500_000_u64.into() && spent < 520_000_u64.into(),
                    "{what}: {spent}"
                );
                assert!(
                    after.held(&scene.recipient, "USDC_base")
                        > before.held(&scene.recipient, "USDC_base"),
                    "{what}"
                );
                assert_eq!(scene.recipes.all().len(), 1, "{what}: the refund was kept");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_lie_about_a_psbt_is_refused_by_its_code_and_nothing_is_signed() {
    for (tamper, profile) in Tamper::BITCOIN.iter().zip(Profile::ALL.into_iter().cycle()) {
        let taproot = tamper.needs_taproot();
        let htlc_template = if taproot { HtlcTemplate::P2trV1 } else { HtlcTemplate::P2wshV1 };
        let config = SandboxConfig { tamper: Some(*tamper), htlc_template, ..short_steps() };
        let account = if taproot { "taproot" } else { "default" };
        let scene = scene(config, profile, account).await;
        let before = scene.funds();
        let result = scene.countersign().swap(&scene.request(), SHORT, |_| {}).await;
        let Err(FlowError::Refused { refusal, .. }) = result else {
            panic!("{tamper} in {profile}: {result:?}")
        };
        let codes = codes(*tamper);
        let found = refusal.violations().iter().map(|violation| violation.code.as_str());
        assert!(found.clone().any(|code| codes.contains(code)), "{tamper}: {codes:?}: {refusal}");
        scene.assert_untouched(&before, tamper.name());
        assert_eq!(scene.recipes.all(), []);
    }
}

/// The codes that vectors of a lie's kind take as the reason of the refusal.
fn codes(tamper: Tamper) -> BTreeSet<String> {
    let vectors = include_str!("../vectors/refuse.jsonl").lines();
    let vectors = vectors.map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let of_kind = |vector: &serde_json::Value| {
        let id = vector["id"].as_str().unwrap();
        let kind = id.split_once("-x-").map_or(id, |(_, kind)| kind);
        vector["chain"] == "bitcoin"
            && tamper.vector_kinds().contains(&kind.trim_start_matches("btc-"))
    };
    let codes = vectors.filter(of_kind).flat_map(|vector| {
        let also = vector.get("reason_codes_ok").and_then(serde_json::Value::as_array).cloned();
        let code = vector.get("reason_code").cloned();
        also.unwrap_or_default().into_iter().chain(code).collect::<Vec<_>>()
    });
    let codes = codes.filter_map(|code| code.as_str().map(str::to_owned));
    // Vectors name the coins. A swap that leaves them to the API bounds what they cost instead.
    let cost = (tamper == Tamper::BtcLargerCoin).then(|| Code::Fee.as_str().to_owned());
    codes.chain(cost).collect()
}

#[tokio::test]
async fn coins_of_a_swap_that_failed_come_back_after_the_lock_time_and_not_before() {
    for htlc_template in HtlcTemplate::ALL {
        let config = SandboxConfig {
            htlc_template,
            resolver_fails: true,
            intent_lifetime: Duration::from_secs(3),
            refund_delay: Duration::from_secs(3),
            ..short_steps()
        };
        let scene = scene(config, Profile::G3, "default").await;
        let before = scene.funds();
        let countersign = scene.countersign();
        let options = TrackOptions { deadline: Duration::from_secs(1), ..SHORT };
        let result = countersign.swap(&scene.request(), options, |_| {}).await;
        assert!(matches!(result, Err(FlowError::AfterSigning { .. })), "{result:?}");
        let [recipe] = &scene.recipes.all()[..] else { panic!("one recipe") };
        let key = LocalCoinSigner::from_hex(scene.account.private_key()).unwrap();
        let (chain, policy) = (scene.esplora(), scene.config().policy().unwrap());
        let early = refund(recipe, &chain, &key, &policy, 2).await;
        let Err(RefundError::Chain(ChainViewError::Declined(reason))) = early else {
            panic!("{early:?}")
        };
        assert!(reason.contains("non-final"), "{reason}");
        let refunded = loop {
            match refund(recipe, &chain, &key, &policy, 2).await {
                Ok(refunded) => break refunded,
                Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        };
        let held = scene.funds().held(&scene.account.address, "BTC");
        let lost = before.held(&scene.account.address, "BTC").checked_sub(held).unwrap();
        assert!(lost < 20_000_u64.into(), "only fees are gone: {lost}");
        assert_eq!(refunded.amount, recipe.amount());
        let again = refund(recipe, &chain, &key, &policy, 2).await;
        assert!(matches!(again, Err(RefundError::NotThere)), "{again:?}");
        let Err(FlowError::AfterSigning { approval, .. }) = result else { panic!("{result:?}") };
        let (api, intent_id) = (scene.api(), &approval.intent_id);
        let ended = countersign::follow(&api, intent_id, SHORT, &mut |_| {}).await.unwrap();
        assert_eq!(ended.status, Status::Refunded);
    }
}

#[tokio::test]
async fn a_coin_is_promised_to_one_swap() {
    let brief = Duration::from_secs(3);
    let config = SandboxConfig { intent_lifetime: brief, ..short_steps() };
    let scene = scene(config, Profile::G2, "default").await;
    let countersign = scene.countersign();
    let first = countersign_tests::until_reserved(&countersign, &scene.request()).await.unwrap();
    let _signed = countersign.sign(&first).await.unwrap();
    // The counterparty gives the first intent up and promises its coins anew; what was signed can
    // still spend them.
    tokio::time::sleep(brief + Duration::from_secs(2)).await;
    let result = countersign_tests::until_reserved(&countersign, &scene.request()).await;
    let Err(FlowError::Refused { refusal, .. }) = result else { panic!("{result:?}") };
    assert!(refusal.has(Code::Replay), "{refusal}");
}

#[tokio::test]
async fn without_a_keeper_of_refunds_no_coins_are_locked_up() {
    let scene = scene(short_steps(), Profile::G3, "default").await;
    let before = scene.funds();
    let key = scene.coin_signer();
    let builder = countersign::Countersign::builder(scene.api(), scene.config());
    let builder = builder.coin_signer(key.public_key(), key).unwrap();
    let countersign = scene.with_view(builder).build();
    let result = countersign.swap(&scene.request(), SHORT, |_| {}).await;
    assert!(matches!(result, Err(FlowError::NoRefundKeeper)), "{result:?}");
    scene.assert_untouched(&before, "no keeper");
}

#[tokio::test]
async fn an_answer_chooses_no_more_coins_than_policy_allows() {
    let scene = scene(short_steps(), Profile::G3, "default").await;
    let before = scene.funds();
    let bounded = |most: u32| {
        let bound = format!("[bitcoin]\nmax_inputs = {most}\n");
        scene.config_with(|_, policy| *policy = policy.replace("[bitcoin]\n", &bound))
    };
    // The sandbox takes two coins where it can.
    let result = scene.builder(bounded(1)).build().swap(&scene.request(), SHORT, |_| {}).await;
    let Err(FlowError::Refused { refusal, .. }) = result else { panic!("{result:?}") };
    assert!(refusal.has(Code::UnexpectedInput), "{refusal}");
    scene.assert_untouched(&before, "too many coins");
    let result = scene.builder(bounded(2)).build().swap(&scene.request(), SHORT, |_| {}).await;
    assert_eq!(result.unwrap().status.status, Status::Finished);
}
