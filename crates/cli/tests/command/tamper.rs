//! Lies of a sandbox that the command starts.

use serde_json::Value;

use crate::{json, run, stderr};

/// Asserts that a lie is refused by a code and that nothing moved, and returns the progress.
fn assert_refused(arguments: &[&str], code: &str) -> String {
    let output = run(&[&["swap", "--sandbox", "--json"], arguments].concat(), "");
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{arguments:?}: {told}");
    assert!(told.contains("nothing was signed"), "{arguments:?}: {told}");
    let report = json(&output);
    assert_eq!(report["error"], "refused", "{arguments:?}");
    let found = |violation: &Value| violation["code"] == code;
    assert!(report["violations"].as_array().unwrap().iter().any(found), "{code}: {report}");
    assert_eq!(report["balances"]["before"], report["balances"]["after"], "{arguments:?}");
    told.to_owned()
}

#[test]
fn a_lie_is_told_about_its_own_source_where_none_is_named() {
    for (lie, source, code) in [
        ("spender", "USDC on ethereum", "spender"),
        ("quote-min-out", "USDC on ethereum", "quote"),
        ("nonce-already-used", "USDC on ethereum", "nonce"),
        ("btc-fee", "BTC on bitcoin", "fee"),
        ("sol-mint", "USDC on solana", "mint"),
        ("sol-pausable", "PYUSD on solana", "mint"),
    ] {
        let told = assert_refused(&["--tamper", lie], code);
        assert!(told.contains(&format!(" {source} for at least ")), "{lie}: {told}");
        assert!(!told.contains("is told about"), "{lie}: {told}");
    }
}

#[test]
fn a_lie_is_told_about_the_named_source_where_it_can_be() {
    let told =
        assert_refused(&["--from", "SOL@solana", "--tamper", "sol-destination"], "destination");
    assert!(told.contains(" SOL on solana for at least "), "{told}");
    assert!(!told.contains("is told about"), "{told}");
}

#[test]
fn a_lie_about_another_token_of_the_network_is_told_about_that_one() {
    for (from, lie, source, code) in [
        ("SOL@solana", "sol-mint", "USDC", "mint"),
        ("USDC@solana", "sol-pausable", "PYUSD", "mint"),
    ] {
        let told = assert_refused(&["--from", from, "--tamper", lie], code);
        let swapped = format!("{lie} is told about {source}@solana, so that is swapped\n");
        assert!(told.starts_with(&swapped), "{told}");
        assert!(told.contains(&format!(" {source} on solana for at least ")), "{told}");
    }
}

#[test]
fn a_lie_that_is_not_told_from_a_network_is_bad_input() {
    for (from, lie, source) in [
        ("USDC@ethereum", "sol-mint", "USDC@solana"),
        ("USDC@ethereum", "btc-fee", "BTC@bitcoin"),
        ("BTC@bitcoin", "spender", "USDC@ethereum"),
        ("BTC@bitcoin", "sol-pausable", "PYUSD@solana"),
        ("SOL@solana", "spender", "USDC@ethereum"),
        ("SOL@solana", "btc-fee", "BTC@bitcoin"),
    ] {
        let output = run(&["swap", "--sandbox", "--from", from, "--tamper", lie], "");
        assert_eq!(output.status.code(), Some(2), "{from} {lie}: {}", stderr(&output));
        let told = format!("error: --tamper {lie} is told about {source}, not about {from}\n");
        assert_eq!(stderr(&output), told);
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_lie_is_told_by_its_own_api_or_is_bad_input() {
    for (arguments, why) in [
        (
            &["--api", "defi", "--tamper", "quote-memo"][..],
            "is told by oneclick and aurora, not by defi",
        ),
        (&["--api", "aurora", "--tamper", "spender"], "is told by defi, not by aurora"),
        (&["--from", "USDC@ethereum", "--tamper", "intent-callback"], "is told about USDC@solana"),
        (
            &["--api", "oneclick", "--signed-intent", "raw-ed25519", "--tamper", "intent-callback"],
            "is told in an intent of nep413 alone",
        ),
    ] {
        let output = run(&[&["swap", "--sandbox"], arguments].concat(), "");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(why), "{arguments:?}: {}", stderr(&output));
    }
    for (lie, code) in
        [("quote-memo", "memo"), ("intent-amount", "amount"), ("intent-callback", "intent_kind")]
    {
        assert_refused(&["--tamper", lie], code);
    }
}

#[test]
fn an_intent_is_signed_by_keys_that_can() {
    for standard in ["raw-ed25519", "nep413"] {
        let output =
            run(&["swap", "--sandbox", "--api", "aurora", "--signed-intent", standard], "");
        assert_eq!(output.status.code(), Some(0), "{standard}: {}", stderr(&output));
    }
    let output = run(&["swap", "--sandbox", "--signed-intent", "erc191"], "");
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("--api oneclick or aurora"), "{}", stderr(&output));
}

#[test]
fn only_a_sandbox_can_be_told_to_lie() {
    let files = ["--key-file", "k", "--registry", "r", "--policy", "p", "--recipient", "x"];
    for lie in [&["--tamper", "spender"][..], &["--fault", "late"], &["--typed-data"]] {
        let output = run(&[&["swap"], &files[..], lie].concat(), "");
        assert_eq!(output.status.code(), Some(2), "{lie:?}");
        assert!(stderr(&output).contains("expected --sandbox with"), "{}", stderr(&output));
    }
}
