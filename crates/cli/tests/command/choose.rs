//! Offers of several APIs side by side, and swaps by the best of them.

use std::time::Instant;

use crate::live::REGISTRY;
use crate::means::Means;
use crate::server::Server;
use crate::{json, private_file, run, stderr, stdout};

#[test]
fn all_apis_of_a_sandbox_are_shown_side_by_side() {
    let arguments = ["quote", "--sandbox", "--all", "--json", "--lifetime", "45m"];
    for from in ["USDC@ethereum", "USDT@tron", "BTC@bitcoin"] {
        let output = run(&[&arguments[..], &["--from", from]].concat(), "");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let report = json(&output);
        let rows = report["quotes"].as_array().unwrap();
        let apis: Vec<_> = rows.iter().map(|row| row["api"].as_str().unwrap()).collect();
        assert_eq!(apis, ["defi", "oneclick", "aurora"], "{from}");
        let by: Vec<_> = rows.iter().map(|row| row["proven"]["by"].as_str().unwrap()).collect();
        assert_eq!(by, ["promise", "pinned_key", "pinned_key"], "{from}");
        for row in &rows[1..] {
            assert_eq!((&row["app_fee_bps"], &row["time_seconds"]), (&20.into(), &30.into()));
        }
        assert_eq!(report["best"], serde_json::json!({"api": "defi", "reason": "least"}));
    }
    let output = run(&["quote", "--sandbox", "--all"], "");
    for words in ["AT LEAST", "a promise only", "signed by a pinned key", "best: defi"] {
        assert!(stdout(&output).contains(words), "{words}: {}", stdout(&output));
    }
}

#[test]
fn one_api_is_asked_by_its_name() {
    for api in ["oneclick", "aurora"] {
        let output = run(&["quote", "--sandbox", "--json", "--api", api], "");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let report = json(&output);
        assert_eq!(report["proven"]["by"], "pinned_key", "{api}");
        assert_eq!(report["app_fee_bps"], 20);
    }
    for (arguments, told) in [
        (&["--api", "oneclick", "--all"][..], "cannot be used with"),
        (&["--lifetime", "45m"], "--api oneclick or aurora with --lifetime"),
        (&["--api", "oneclick", "--lifetime", "45"], "90s, 45m or 2h"),
    ] {
        let output = run(&[&["quote", "--sandbox"], arguments].concat(), "");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(told), "{told}: {}", stderr(&output));
    }
}

#[test]
fn an_api_that_fails_is_a_row_with_its_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| private_file(folder.path(), name, text);
    let ids = |text: &str| format!("{text}asset_ids = [\"nep141:{}\"]\n", text.len());
    let (head, tokens) = REGISTRY.split_once("[tokens.SOL]").unwrap();
    let registry = format!("{}[tokens.SOL]{}", ids(head), ids(tokens));
    let registry = file("registry.toml", &registry);
    let (defi_key, aurora_key) = (file("defi-key", "sk-4242"), file("aurora-key", "sk-4343"));
    let answer = r#"{"id":"q1","from":{"amount":"100","decimals":6,"network_id":1},
        "to":{"min_amount":"0.01","max_amount":"0.01","decimals":9,"network_id":4}}"#;
    let (defi, oneclick) = (Server::start(answer), Server::start("[]"));
    // Takes the connection, and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let oneclick_url = format!("oneclick={}", oneclick.url);
    let silent_url = format!("aurora=http://{}", silent.local_addr().unwrap());
    let keys = [defi_key, format!("aurora={aurora_key}")];
    let arguments = [
        &["quote", "--all", "--json", "--registry", &registry, "--quote-timeout", "2"][..],
        &["--api-url", &defi.url, "--api-url", &oneclick_url, "--api-url", &silent_url],
        &["--api-key-file", &keys[0], "--api-key-file", &keys[1]],
        &["--owner", "0xC62169ACcCE6daf88b36975f4BFFD66B0D0057c9"],
        &["--recipient", "9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin"],
    ]
    .concat();
    let begun = Instant::now();
    let output = run(&arguments, "");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(begun.elapsed().as_secs() < 20, "it waits for no more than it has to");
    let report = json(&output);
    let codes: Vec<_> = (0..3).map(|place| report["quotes"][place]["code"].clone()).collect();
    assert_eq!(codes[0], serde_json::Value::Null, "{report}");
    assert_eq!((codes[1].as_str().unwrap().is_empty(), &codes[2]), (false, &"late".into()));
    assert_eq!(report["best"], serde_json::json!({"api": "defi", "reason": "only"}));
    assert!(!stdout(&output).contains("4343") && !stderr(&output).contains("4343"));

    let nobody = &arguments[..arguments.len() - 4];
    let output = run(nobody, "");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--owner and --recipient"), "{}", stderr(&output));
    let twice = [&arguments[..], &["--api-url", "aurora=http://127.0.0.1:1"]].concat();
    assert_eq!(run(&twice, "").status.code(), Some(2));
    let output = run(&["quote", "--all", "--registry", &registry], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("aurora=key.txt"), "{}", stderr(&output));
}

#[test]
fn the_best_is_swapped_and_the_choice_is_told() {
    let output = run(&["swap", "--sandbox", "--best", "--json"], "");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let chosen = "chosen    defi for at least 0.663333332 SOL: the highest minimum out";
    assert!(stderr(&output).contains(chosen), "{}", stderr(&output));
    for lines in ["offered   oneclick: ", "offered   aurora: "] {
        assert!(stderr(&output).contains(lines), "{}", stderr(&output));
    }
    for excluded in [&["--api", "defi"][..], &["--tamper", "spender"], &["--batch", "-"]] {
        let output = run(&[&["swap", "--sandbox", "--best"], excluded].concat(), "");
        assert_eq!(output.status.code(), Some(2), "{excluded:?}");
    }
}

#[test]
fn what_can_not_be_approved_is_not_chosen() {
    // The registry pins no way to approve what the chain's own coin would pay for, but deposits.
    let output =
        run(&["swap", "--sandbox", "--best", "--from", "ETH@ethereum", "--amount", "1"], "");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("chosen    oneclick"), "{}", stderr(&output));
    let output = run(&["swap", "--sandbox", "--best", "--slippage", "101"], "");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("nothing was signed"), "{}", stderr(&output));
}

#[test]
fn a_swap_that_was_begun_goes_on_with_its_api() {
    let means = Means::new();
    let defi = means.server.option("Ethereum", "--api-url");
    let (oneclick, aurora) = (format!("oneclick={defi}/oneclick"), format!("aurora={defi}/aurora"));
    let [defi_key, oneclick_key, aurora_key] =
        ["api-key", "oneclick-key", "aurora-key"].map(|name| means.server.path(name));
    let [oneclick_key, aurora_key] =
        [format!("oneclick={oneclick_key}"), format!("aurora={aurora_key}")];
    let others = [
        &["--best", "--min-out", "0.1", "--api-url", &oneclick, "--api-url", &aurora][..],
        &["--api-key-file", &oneclick_key, "--api-key-file", &aurora_key],
    ]
    .concat();
    let all = [&others[..], &["--api-url", &defi, "--api-key-file", &defi_key]].concat();
    // Without the first of them, another is the best.
    let first = means.swap("Ethereum", "order-1", &others);
    assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
    assert!(stderr(&first).contains("chosen    oneclick"), "{}", stderr(&first));
    let again = means.swap("Ethereum", "order-1", &all);
    assert_eq!(again.status.code(), Some(0), "{}", stderr(&again));
    assert!(!stderr(&again).contains("chosen"), "{}", stderr(&again));
    assert_eq!(json(&again)["swap_id"], json(&first)["swap_id"]);
    // What the other one promised is the least that is taken, though much less was asked for.
    let floor = stderr(&first);
    let (_, floor) = floor.split_once("chosen    oneclick for at least ").unwrap();
    let (floor, _) = floor.split_once(' ').unwrap();
    let least = stderr(&first).lines().any(|line| {
        line.starts_with("offered   aurora: ") && line.contains(&format!(", {floor}, "))
    });
    assert!(least && floor != "0.1", "{floor}: {}", stderr(&first));
    let shown = run(&["swaps", "show", "order-1", "--journal", &means.journal], "");
    let held = format!("; no less than {floor} SOL@solana is taken");
    assert!(stdout(&shown).contains(&held), "{}", stdout(&shown));
    let other = means.swap("Ethereum", "order-2", &all);
    assert!(stderr(&other).contains("chosen    defi"), "{}", stderr(&other));
    assert_eq!(means.count("finished"), 2);
    let unknown = ["--best", "--api-url", &defi, "--api-key-file", &defi_key];
    let output = means.swap("Ethereum", "order-1", &unknown);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("begun with oneclick"), "{}", stderr(&output));
}
