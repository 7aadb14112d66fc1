//! The command as scripts use it: what it prints where, and its exit status.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is missing"
)]

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const VECTORS: &str = include_str!("../../../tests/vectors/refuse.jsonl");

fn run(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(arguments)
        .env_remove("RUST_LOG")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_owned());
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    // A command that does not read its input closes it, which is no failure here.
    let _ = writer.join().unwrap();
    output
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn vectors(expect: &str) -> String {
    let wanted = |line: &&str| {
        let vector: Value = serde_json::from_str(line).unwrap();
        vector["chain"] == "evm" && vector["expect"] == expect
    };
    let lines: Vec<&str> = VECTORS.lines().filter(wanted).collect();
    lines.join("\n") + "\n"
}

#[test]
fn check_answers_each_line_in_order() {
    let (signed, refused) = (vectors("sign"), vectors("refuse"));
    let input = format!("{signed}{refused}").repeat(20);
    let output = run(&["check"], &input);
    assert_eq!(output.status.code(), Some(3));
    let verdicts: Vec<Value> =
        stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(verdicts.len(), input.lines().count());
    for (line, verdict) in input.lines().zip(&verdicts) {
        let vector: Value = serde_json::from_str(line).unwrap();
        assert_eq!(verdict["id"], vector["id"]);
        assert_eq!(verdict["verdict"], vector["expect"], "{}", vector["id"]);
    }
    assert!(stderr(&output).contains("lines/s"), "{}", stderr(&output));
}

#[test]
fn the_exit_status_tells_the_worst_verdict() {
    assert_eq!(run(&["check"], &vectors("sign")).status.code(), Some(0));
    assert_eq!(run(&["check"], &vectors("refuse")).status.code(), Some(3));
    let invalid = format!("{}not json\n{}", vectors("sign"), vectors("refuse"));
    let output = run(&["check"], &invalid);
    assert_eq!(output.status.code(), Some(2));
    assert!(stdout(&output).contains(r#""verdict":"invalid""#));
    assert_eq!(run(&["check"], "").status.code(), Some(0));
    assert_eq!(run(&["check", "no-such-file"], "").status.code(), Some(2));
}

#[test]
fn check_ends_when_nobody_reads_its_verdicts() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .arg("check")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    // Standard input stays open, as that of a service that never stops asking.
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(vectors("sign").as_bytes()).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(141));
    drop(stdin);
}

#[test]
fn statement_says_it_in_words() {
    let output = run(&["statement"], &vectors("sign"));
    assert_eq!(output.status.code(), Some(0));
    for words in ["would be signed", "spender", "[pinned]", "[taken from the counterparty]"] {
        assert!(stdout(&output).contains(words), "{words}");
    }
}

#[cfg(feature = "sandbox")]
mod with_the_sandbox {
    use super::*;

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
        let (before, after) = (&report["balances"]["before"], &report["balances"]["after"]);
        let paid = lots(before, "owner", "USDC@ethereum") - lots(after, "owner", "USDC@ethereum");
        assert_eq!(paid, 12_500_000);
        assert!(lots(after, "recipient", "SOL@solana") > lots(before, "recipient", "SOL@solana"));
        assert_eq!(report["executions"][0]["call"], "SandboxEscrow.deposit");
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
            &["swap"],
        ] {
            let output = run(arguments, "");
            assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
            assert!(output.stdout.is_empty());
        }
    }

    #[test]
    fn the_log_at_its_loudest_holds_no_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let mut server = Command::new(env!("CARGO_BIN_EXE_countersign"))
            .args(["sandbox", "--out", &path("")])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut url = String::new();
        std::io::BufRead::read_line(
            &mut std::io::BufReader::new(server.stdout.take().unwrap()),
            &mut url,
        )
        .unwrap();
        while !std::path::Path::new(&path("api-key")).exists() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let (key, api_key) = (path("key"), path("api-key"));
        let output = run(
            &[
                "-vvv",
                "swap",
                "--api-url",
                url.trim(),
                "--api-key-file",
                &api_key,
                "--key-file",
                &key,
                "--registry",
                &path("registry.toml"),
                "--policy",
                &path("policy.toml"),
                "--recipient",
                "9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin",
            ],
            "",
        );
        server.kill().unwrap();
        server.wait().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let all = format!("{}{}", stdout(&output), stderr(&output));
        assert!(all.contains("DEBUG"), "the log is not loud");
        for secret in [&key, &api_key] {
            let secret = std::fs::read_to_string(secret).unwrap();
            assert!(!all.contains(secret.trim_start_matches("0x")), "a secret is in the output");
        }
    }
}
