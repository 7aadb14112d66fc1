//! Each lie about a quote or an intent is refused by its code, and nothing is signed or sent.

use countersign::FlowError;
use countersign::approval::IntentStandard;
use countersign_sandbox::{SandboxConfig, Tamper};
use countersign_tests::short_steps;

use crate::bed::{By, Over, scene, swap};

/// Says how a swap is paid for that a lie is told in: those about intents where one is signed.
fn by(lie: Tamper) -> By {
    if lie.name().starts_with("intent-") { By::Intent(IntentStandard::Erc191) } else { By::Deposit }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_lie_is_refused_by_its_code_before_anything_is_signed() {
    for lie in Tamper::QUOTED.iter().copied() {
        // What is untrue of an answer to what was signed comes too late to be refused.
        if lie.name() == "intent-hash-answer" {
            continue;
        }
        let config = SandboxConfig { tamper: Some(lie), ..short_steps() };
        let scene = scene(config, "USDC@ethereum", "USDC@base").await;
        let before = scene.funds();
        let error = swap(&scene, Over::OneClick, by(lie)).await.unwrap_err();
        let FlowError::Refused { refusal, .. } = &error else { panic!("{}: {error}", lie.name()) };
        let codes: Vec<_> = refusal.violations().iter().map(|found| found.code.as_str()).collect();
        let expected = lie.codes();
        let told = codes.iter().any(|code| expected.contains(code));
        assert!(told, "{}: expected one of {expected:?}, found {refusal}", lie.name());
        scene.assert_untouched(&before, lie.name());
    }
}
