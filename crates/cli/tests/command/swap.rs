//! Swaps with a sandbox that the command starts.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::{json, run, stderr, stdout};

fn lots(balances: &Value, party: &str, token: &str) -> u128 {
    let held = balances.as_array().unwrap().iter();
    let held = held.clone().find(|held| held["party"] == party && held["token"] == token);
    held.unwrap()["lots"].as_str().unwrap().parse().unwrap()
}

#[test]
fn a_swap_moves_tokens_and_reports_the_balances() {
    let output = run(&["swap", "--sandbox", "--json", "--amount", "12.5"], "");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["status"], "Finished");
    // Each token has the name by which arguments name it.
    assert_eq!(lots(&report["balances"]["after"], "owner", "USDC@base"), 100_000_000_000);
    let (before, after) = (&report["balances"]["before"], &report["balances"]["after"]);
    let paid = lots(before, "owner", "USDC@ethereum") - lots(after, "owner", "USDC@ethereum");
    assert_eq!(paid, 12_500_000);
    assert!(lots(after, "recipient", "SOL@solana") > lots(before, "recipient", "SOL@solana"));
    assert_eq!(report["executions"][0]["call"], "SandboxEscrow.deposit");
}

#[test]
fn a_swap_finishes_in_each_dialect_by_each_proof() {
    for profile in ["g0", "g1", "g2", "g3"] {
        for proof in [&[][..], &["--signed-requests"]] {
            let arguments =
                [&["swap", "--sandbox", "--json", "--profile", profile], proof].concat();
            let output = run(&arguments, "");
            assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
            assert_eq!(json(&output)["status"], "Finished", "{arguments:?}");
        }
    }
}

#[test]
fn a_swap_from_tron_is_paid_by_an_address_of_its_form() {
    let arguments = ["swap", "--sandbox", "--json", "--from", "USDT@tron", "--to", "USDC@ethereum"];
    let output = run(&arguments, "");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report = json(&output);
    assert_eq!(report["status"], "Finished");
    let held = report["balances"]["after"].as_array().unwrap().iter();
    let owner = held.clone().find(|held| held["party"] == "owner").unwrap();
    assert!(owner["address"].as_str().unwrap().starts_with('T'), "{owner}");
    assert!(report["executions"].to_string().contains("\"tron\""), "{report}");
}

#[test]
fn a_swap_from_solana_costs_what_was_agreed_and_nothing_more() {
    for (from, lots_paid) in
        [("SOL@solana", 1_000_000_000), ("USDC@solana", 100_000_000), ("PYUSD@solana", 100_000_000)]
    {
        let output = run(&["swap", "--sandbox", "--json", "--from", from], "");
        assert_eq!(output.status.code(), Some(0), "{from}: {}", stderr(&output));
        let report = json(&output);
        assert_eq!(report["status"], "Finished", "{from}");
        let (before, after) = (&report["balances"]["before"], &report["balances"]["after"]);
        for token in ["SOL@solana", "USDC@solana", "PYUSD@solana"] {
            let paid = lots(before, "owner", token) - lots(after, "owner", token);
            assert_eq!(paid, if token == from { lots_paid } else { 0 }, "{token} for {from}");
        }
        let gained = |balances| lots(balances, "recipient", "USDC@ethereum");
        assert!(gained(after) > gained(before), "{from}");
        assert!(report["executions"].to_string().contains("\"solana\""), "{report}");
    }
}

#[test]
fn a_lie_about_a_transaction_of_solana_is_refused() {
    let lie =
        ["swap", "--sandbox", "--json", "--from", "SOL@solana", "--tamper", "sol-destination"];
    let output = run(&lie, "");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let report = json(&output);
    assert_eq!(report["balances"]["before"], report["balances"]["after"]);
}

#[test]
fn a_lie_is_refused_and_nothing_moves() {
    for lie in ["spender", "quote-min-out", "nonce-already-used"] {
        let output = run(&["swap", "--sandbox", "--json", "--tamper", lie], "");
        assert_eq!(output.status.code(), Some(3), "{lie}: {}", stderr(&output));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["error"], "refused");
        assert_eq!(report["balances"]["before"], report["balances"]["after"]);
        assert!(stderr(&output).contains("nothing was signed"), "{}", stderr(&output));
    }
}

#[test]
fn bad_input_is_told_before_anything_is_sent() {
    for arguments in [
        &["swap", "--sandbox", "--from", "USDC@mars"][..],
        &["swap", "--sandbox", "--amount", "1.0000001"],
        &["swap", "--sandbox", "--slippage", "10001"],
        &["swap", "--sandbox", "--tamper", "no-such-lie"],
        &["swap", "--sandbox", "--rpc", "ethereum=http://127.0.0.1:1"],
        &["swap"],
    ] {
        let output = run(arguments, "");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(output.stdout.is_empty());
    }
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

#[test]
fn the_log_at_its_loudest_holds_no_key() {
    for (options, credentials) in [(&[][..], "api-key"), (&["--signed-requests"], "rsa-key")] {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let output = swap_with_server(&path, options, credentials);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let all = format!("{}{}", stdout(&output), stderr(&output));
        assert!(all.contains("DEBUG"), "the log is not loud");
        for file in ["key", credentials] {
            let secret = fs::read_to_string(path(file)).unwrap();
            for line in secret.lines().filter(|line| !line.starts_with('-')) {
                assert!(!all.contains(line.trim_start_matches("0x")), "{file} is in the output");
            }
        }
    }
}

/// Swaps with a sandbox that runs as a server of its own, by the files that it wrote.
fn swap_with_server(path: &dyn Fn(&str) -> String, options: &[&str], credentials: &str) -> Output {
    let mut server = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(["sandbox", "--out", &path("")])
        .args(options)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut url = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut url).unwrap();
    while !fs::metadata(path(credentials)).is_ok_and(|file| file.len() > 0) {
        std::thread::sleep(Duration::from_millis(10));
    }
    let arguments = [
        ["--api-url", url.trim()],
        [&format!("--{credentials}-file"), &path(credentials)],
        ["--key-file", &path("key")],
        ["--registry", &path("registry.toml")],
        ["--policy", &path("policy.toml")],
        ["--rpc", &format!("ethereum={}/rpc/ethereum", url.trim())],
        ["--recipient", "9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin"],
    ];
    let output = run(&[&["-vvv", "swap"], arguments.as_flattened()].concat(), "");
    server.kill().unwrap();
    server.wait().unwrap();
    output
}
