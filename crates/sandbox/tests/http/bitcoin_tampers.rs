//! Lies about a PSBT, seen over HTTP. What each one changes is tested inside the crate.

use bitcoin::Psbt;
use countersign_sandbox::{Fault, HtlcTemplate, SandboxConfig, Tamper};
use serde_json::{Value, json};

use crate::bitcoin::{Finish, Swap, psbt, quick, sign};
use crate::client::DIALECTS;

fn config(tamper: Tamper) -> SandboxConfig {
    let template =
        if tamper.needs_taproot() { HtlcTemplate::P2trV1 } else { HtlcTemplate::P2wshV1 };
    SandboxConfig { tamper: Some(tamper), ..quick(template) }
}

#[tokio::test]
async fn a_lie_is_told_in_every_dialect() {
    for dialect in DIALECTS {
        let swap = Swap::new(config(Tamper::BtcInputsOutOfRange), dialect, "default").await;
        let intent = swap.open().await;
        let inputs = psbt(&intent).inputs.len();
        let listed: Vec<_> = (0..=inputs).map(|index| json!(index)).collect();
        assert_eq!(intent["params_to_sign"]["inputs"], Value::Array(listed), "{dialect:?}");
    }
}

#[tokio::test]
async fn no_coin_moves_by_a_transaction_that_was_a_lie() {
    let dialect = DIALECTS[2];
    for tamper in [
        Tamper::BtcExtraOutput,
        Tamper::BtcHtlcClaimKey,
        Tamper::BtcHtlcLocktimePast,
        Tamper::BtcChangeToAttacker,
        Tamper::BtcHtlcKeyOnly,
        Tamper::BtcLocktime,
    ] {
        let account = if tamper.needs_taproot() { "taproot" } else { "default" };
        let swap = Swap::new(config(tamper), dialect, account).await;
        let before = swap.balance(&swap.user.address);
        let intent = swap.open().await;
        let signed: Psbt = sign(&swap.user, psbt(&intent), Finish::Final);
        let refused = swap.approve(&intent, &signed).await;
        assert_eq!(refused.status, 422, "{tamper} {refused:?}");
        assert!(refused.body.contains("found another one"), "{tamper} {refused:?}");
        assert_eq!(swap.balance(&swap.user.address), before);
    }
}

#[tokio::test]
async fn a_broken_answer_breaks_in_its_psbt() {
    for (fault, shows) in [
        (Fault::Duplicated, ",\"psbt\":\"cHNidP8=\"}"),
        (Fault::WrongTyped, "\"psbt\":7,\"inputs\":\"0\""),
    ] {
        let config = SandboxConfig { fault: Some(fault), ..quick(HtlcTemplate::P2wshV1) };
        let swap = Swap::new(config, DIALECTS[2], "default").await;
        let key = crate::bitcoin::public_key(&swap.user).to_string();
        let answer = swap.create(Some(&key)).await;
        assert!(answer.body.contains(shows), "{answer:?}");
    }
}
