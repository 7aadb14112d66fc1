//! Each lie about a quote or an intent is refused by its code, and nothing is signed or sent.

use countersign::FlowError;
use countersign::approval::IntentStandard;
use countersign_sandbox::{SandboxConfig, Tamper};
use countersign_tests::short_steps;

use crate::bed::{By, Over, scene, swap};

/// Says how a swap is paid for that a lie is told in: those about intents where one is signed.
fn by(lie: Tamper) -> By {
    if lie.needs_nep413() {
        By::Intent(IntentStandard::Nep413)
    } else if lie.needs_signed_intent() {
        By::Intent(IntentStandard::Erc191)
    } else {
        By::Deposit
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_lie_is_refused_by_its_code_before_anything_is_signed() {
    for lie in Tamper::QUOTED.iter().copied() {
        let from = if lie.needs_nep413() { "USDC@solana" } else { "USDC@ethereum" };
        assert_refused(lie, from, by(lie)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_lie_is_refused_on_tron_too() {
    for lie in Tamper::QUOTED.iter().copied().filter(|lie| !lie.needs_nep413()) {
        let by = match by(lie) {
            By::Intent(_) => By::Intent(IntentStandard::Tip191),
            By::Deposit => By::Deposit,
        };
        assert_refused(lie, "USDT@tron", by).await;
    }
}

async fn assert_refused(lie: Tamper, from: &str, by: By) {
    let config = SandboxConfig { tamper: Some(lie), ..short_steps() };
    let scene = scene(config, from, "USDC@base").await;
    let before = scene.funds();
    let Err(error) = swap(&scene, Over::OneClick, by).await else {
        panic!("{}, {from}: it was signed", lie.name());
    };
    let FlowError::Refused { refusal, .. } = &error else { panic!("{}: {error}", lie.name()) };
    let codes: Vec<_> = refusal.violations().iter().map(|found| found.code.as_str()).collect();
    let expected = lie.codes();
    let told = codes.iter().any(|code| expected.contains(code));
    assert!(told, "{}, {from}: expected one of {expected:?}, found {refusal}", lie.name());
    scene.assert_untouched(&before, lie.name());
}
