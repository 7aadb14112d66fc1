//! Networks, tokens and quotes of a sandbox that the command starts.

use std::process::Command;

use serde_json::Value;

use crate::{json, run, stderr, stdout};

const PROFILES: [&str; 4] = ["g0", "g1", "g2", "g3"];

/// Asks a sandbox in a dialect, for JSON.
fn ask(profile: &str, arguments: &[&str]) -> Value {
    let arguments = [arguments, &["--sandbox", "--json", "--profile", profile]].concat();
    let output = run(&arguments, "");
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
    json(&output)
}

fn lots(value: &Value) -> u128 {
    value.as_str().unwrap().parse().unwrap()
}

#[test]
fn networks_are_listed_in_each_dialect() {
    for profile in PROFILES {
        let report = ask(profile, &["networks"]);
        let networks = report["networks"].as_array().unwrap();
        let ethereum = networks.iter().find(|network| network["name"] == "ethereum").unwrap();
        assert_eq!((&ethereum["id"], &ethereum["kind"]), (&1.into(), &"EVM".into()), "{profile}");
    }
    let output = run(&["networks", "--sandbox"], "");
    let lines: Vec<_> = stdout(&output).lines().collect();
    assert!(lines[0].starts_with("ID  KIND"), "{}", lines[0]);
    let column = lines[0].find("NAME").unwrap();
    assert!(lines.iter().any(|line| line.get(column..) == Some("ethereum")), "{lines:?}");
}

#[test]
fn tokens_are_listed_in_each_dialect() {
    for profile in PROFILES {
        let report = ask(profile, &["tokens", "--query", "usdc", "--network", "1"]);
        let tokens = report["tokens"].as_array().unwrap();
        assert_eq!((tokens.len(), &tokens[0]["symbol"]), (1, &"USDC".into()), "{profile}");
        let is_told = profile != "g0";
        assert_eq!(tokens[0]["decimals"] == 6, is_told, "{profile}: the flat dialect has none");
    }
}

#[test]
fn tokens_come_page_by_page() {
    let all = ask("g3", &["tokens"]);
    let symbols = |report: &Value| -> Vec<Value> {
        let tokens = report["tokens"].as_array().unwrap();
        tokens.iter().map(|token| token["symbol"].clone()).collect()
    };
    let page = ask("g3", &["tokens", "--limit", "2", "--offset", "1"]);
    assert_eq!(symbols(&page), symbols(&all)[1..3]);
    assert_eq!(page["total"], symbols(&all).len());
    let output = run(&["tokens", "--sandbox", "--limit", "2", "--offset", "1"], "");
    assert_eq!(stdout(&output).lines().count(), 3);
    assert!(stderr(&output).contains("more with --offset 3"), "{}", stderr(&output));
}

#[test]
fn a_quote_is_asked_for_in_each_dialect() {
    for profile in PROFILES {
        let report = ask(profile, &["quote", "--amount", "12.5", "--slippage", "80"]);
        assert_eq!(report["from"]["lots"], "12500000", "{profile}");
        assert_eq!(report["from"]["token"], "USDC@ethereum");
        let (least, most) = (lots(&report["to"]["min_lots"]), lots(&report["to"]["max_lots"]));
        assert!(least < most && least >= most * 9_920 / 10_000 - 1, "{profile}: {report}");
        assert_eq!(report["slippage_bps"], 80);
    }
}

#[test]
fn a_sandbox_can_want_signed_requests() {
    for question in ["networks", "tokens", "quote"] {
        for profile in PROFILES {
            ask(profile, &[question, "--signed-requests"]);
        }
    }
}

#[test]
fn a_quote_is_told_in_words() {
    let output = run(
        &["quote", "--sandbox", "--from", "WETH@ethereum", "--to", "USDC@base", "--amount", "0.5"],
        "",
    );
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for words in ["quote     ", "give      0.5 WETH@ethereum", " USDC@base", "expires   in "] {
        assert!(stdout(&output).contains(words), "{words}: {}", stdout(&output));
    }
}

#[test]
fn a_sandbox_is_asked_whatever_the_environment_names() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.env("COUNTERSIGN_API_URL", "http://127.0.0.1:1").env("COUNTERSIGN_API_KEY", "k");
    let output = command.args(["networks", "--sandbox"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn bad_input_is_told_before_anything_is_asked() {
    for arguments in [
        &["quote", "--sandbox", "--from", "USDC@mars"][..],
        &["quote", "--sandbox", "--from", "SOL@solana", "--to", "SOL@solana"],
        &["quote", "--sandbox", "--amount", "0"],
        &["quote", "--sandbox", "--amount", "1e3"],
        &["quote", "--sandbox", "--registry", "registry.toml"],
        &["quote", "--sandbox", "--profile", "g9"],
        &["tokens", "--sandbox", "--limit", "-1"],
        &["tokens", "--sandbox", "--limit", "0"],
        &["networks", "--sandbox", "--api-url", "http://127.0.0.1:1"],
        &["networks", "--sandbox", "--api-key-file", "key"],
        &["networks", "--sandbox", "--rsa-key-file", "key"],
        &["networks", "--sandbox", "--signing-rule", "time=ms"],
        &["swap", "--sandbox", "--signing-rule", "time=ms"],
        &["networks", "--signed-requests"],
    ] {
        let output = run(arguments, "");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn allowances_are_reported_with_the_calls_that_change_them() {
    let report = |arguments: &[&str]| {
        let output = run(&[&["allowances", "--sandbox", "--json"], arguments].concat(), "");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
        json(&output)
    };
    for (network, token) in [("ethereum", "USDC@ethereum"), ("tron", "USDT@tron")] {
        let all = report(&["--network", network]);
        let rows = all["allowances"].as_array().unwrap();
        let row = rows.iter().find(|row| row["token"] == token).unwrap();
        assert_eq!(
            (lots(&row["allowance_lots"]), &row["unlimited"]),
            (100_000_000_000, &false.into())
        );
        assert_eq!(all["calls"], Value::Array(Vec::new()), "nothing was asked for");
        let closed = report(&["--network", network, "--revoke"]);
        let closing = closed["calls"].as_array().unwrap();
        assert_eq!(closing.len(), rows.len());
        for call in closing {
            assert_eq!((&call["network"], &call["from"]), (&network.into(), &closed["owner"]));
            assert_eq!(call["chain_id"], all["chain_id"]);
        }
        let enough = report(&["--network", network, "--cover", "100000", token]);
        assert_eq!(enough["calls"], Value::Array(Vec::new()));
        // From an allowance that is neither zero nor enough only by way of zero.
        let more = report(&["--network", network, "--cover", "100000.5", token]);
        let calls = more["calls"].as_array().unwrap();
        let amounts: Vec<_> =
            calls.iter().map(|call| &call["data"].as_str().unwrap()[74..]).collect();
        assert_eq!(amounts, [format!("{:064x}", 0), format!("{:064x}", 100_000_500_000_u64)]);
    }
}

#[test]
fn it_is_said_that_there_is_nothing_to_send() {
    let told = |arguments: &[&str]| {
        let output = run(&[&["allowances", "--sandbox"], arguments].concat(), "");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
        assert_eq!(stdout(&output).contains("send  "), stderr(&output).is_empty());
        stderr(&output).to_owned()
    };
    let nobody = ["--owner", "0x00000000000000000000000000000000000000AA"];
    let enough = told(&["--cover", "100", "USDC@ethereum"]);
    assert_eq!(enough, "nothing to send: Permit2 may move 100 USDC@ethereum already\n");
    assert_eq!(told(&["--cover", "100000.5", "USDC@ethereum"]), "");
    let closed = told(&[&["--revoke"], &nobody[..]].concat());
    assert_eq!(closed, "nothing to send: no allowance stands open\n");
    assert_eq!(told(&["--revoke"]), "");
}

#[test]
fn allowances_are_asked_of_known_networks_and_tokens_alone() {
    for (arguments, told) in [
        (&["--sandbox", "--network", "solana"][..], "\"solana\" is no network of the registry"),
        (&["--sandbox", "--cover", "1", "USDT@tron"], "USDT@tron is no token of the network"),
        (&["--sandbox", "--cover", "1", "USDT"], "USDC@ethereum"),
        (&["--sandbox", "--cover", "1e3", "USDC@ethereum"], "--cover: expected a decimal number"),
        (&["--sandbox", "--owner", "T9yD14NjG6wxkArbchsTBKawgUVqYww3tQ"], "--owner: expected 0x"),
        (&["--sandbox", "--rpc", "ethereum=http://127.0.0.1:1"], "cannot be used with"),
        (&["--sandbox", "--cover", "1", "USDC@ethereum", "--revoke"], "cannot be used with"),
    ] {
        let output = run(&[&["allowances"], arguments].concat(), "");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(told), "{told}: {}", stderr(&output));
    }
}
