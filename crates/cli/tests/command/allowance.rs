//! `countersign allowance`: what Permit2 may move of a token, and how it is taken back.

use crate::served::Served;
use crate::{json, run, stderr, stdout};

#[test]
fn an_allowance_of_a_sandbox_is_shown_and_taken_back() {
    let report = |arguments: &[&str]| {
        let all = [&["allowance"], arguments, &["--sandbox", "--json", "--token", "USDC"]].concat();
        let output = run(&all, "");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
        json(&output)
    };
    let named = run(&["allowance", "show", "--sandbox", "--json", "--token", "USDC@base"], "");
    assert_eq!(json(&named)["token"], "USDC@base", "{}", stderr(&named));
    let shown = report(&["show"]);
    assert_eq!((&shown["token"], &shown["allowance"]), (&"USDC@ethereum".into(), &"100000".into()));
    assert!(shown.get("revoked").is_none());
    let revoked = report(&["revoke"]);
    assert_eq!((&revoked["allowance_lots"], &revoked["unlimited"]), (&"0".into(), &false.into()));
    assert_eq!(revoked["revoked"]["transaction"].as_str().unwrap().len(), 66);
    assert!(revoked["revoked"]["block"].as_u64().unwrap() > 0);
}

#[test]
fn after_a_revoke_no_swap_is_signed() {
    let server = Served::start(&[]);
    let option = |name| server.option("Ethereum", name);
    let (node, policy) = (option("--rpc"), server.path("policy.toml"));
    let (registry, key) = (server.path("registry.toml"), server.path("key"));
    let journal = server.path("journal.db");
    let at = ["--token", "USDC", "--registry", &registry, "--rpc", &node];
    let own = ["--policy", &policy, "--key-file", &key, "--journal", &journal];
    let revoke = |more: &[&str]| run(&[&["allowance", "revoke"], &at[..], more].concat(), "");
    let output = revoke(&own);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(
        stdout(&output).contains("may move   0 of 100000 USDC@ethereum"),
        "{}",
        stdout(&output)
    );
    assert!(stdout(&output).contains("revoked    0x"), "{}", stdout(&output));
    let swap = server.swap("Ethereum", &["--journal", &journal]);
    assert_eq!(swap.status.code(), Some(3), "{}", stderr(&swap));
    assert!(stderr(&swap).contains("move 0 base units"), "{}", stderr(&swap));
    // Anyone may look, without a key.
    let owner = json(&revoke(&[&own[..], &["--json"]].concat()))["owner"].clone();
    let shown = [&["allowance", "show", "--owner", owner.as_str().unwrap()], &at[..]].concat();
    let shown = run(&shown, "");
    assert_eq!(shown.status.code(), Some(0), "{}", stderr(&shown));
    assert!(stdout(&shown).contains("may move   0 of"), "{}", stdout(&shown));
}

#[test]
fn what_is_missing_or_unknown_is_named() {
    for (arguments, told) in [
        (&["show", "--sandbox", "--token", "NONE"][..], "NONE@ethereum is no token"),
        (&["show", "--sandbox", "--token", "USDC", "--network", "solana"], "\"solana\" is no"),
        (&["show", "--sandbox", "--token", "USDC@solana"], "\"solana\" is no"),
        (&["show", "--sandbox", "--token", "A@base", "--network", "tron"], "expected base, as"),
        (&["revoke", "--sandbox", "--token", "NONE"], "NONE@ethereum is not in the registry; it"),
        (&["revoke", "--sandbox", "--token", "NONE"], "it holds BTC@bitcoin, "),
        (&["show", "--token", "USDC"], "--registry"),
        (&["revoke", "--token", "USDC"], "--policy"),
        (&["revoke", "--sandbox"], "--token"),
    ] {
        let output = run(&[&["allowance"], arguments].concat(), "");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(told), "{told}: {}", stderr(&output));
    }
}
