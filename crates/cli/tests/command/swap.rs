//! Swaps with a sandbox that the command starts.

use std::fs;

use serde_json::Value;

use crate::served::Served;
use crate::{json, run, stderr, stdout};

/// Returns what a party holds of a token, by the report's balances.
pub(crate) fn lots(balances: &Value, party: &str, token: &str) -> u128 {
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
fn an_approval_says_until_when_it_may_be_used() {
    for (from, life, ends_by_time) in [
        ("USDC@ethereum", "sign nothing else for this swap before", true),
        ("BTC@bitcoin", "live until its coins are spent", false),
        ("SOL@solana", "or its blockhash has died", false),
    ] {
        let output = run(&["swap", "--sandbox", "--json", "--from", from, "--timeout", "0"], "");
        assert_eq!(output.status.code(), Some(4), "{from}: {}", stderr(&output));
        let approval = &json(&output)["approval"];
        let end = approval.get("valid_until").unwrap();
        assert_eq!((end.is_u64(), end.is_null()), (ends_by_time, !ends_by_time), "{approval}");
        assert!(stderr(&output).contains(life), "{from}: {}", stderr(&output));
        assert!(!stderr(&output).contains(&u64::MAX.to_string()), "{from}: {}", stderr(&output));
    }
}

#[test]
fn what_running_cost_has_the_networks_own_name() {
    let mut seen = 0;
    for from in ["BTC@bitcoin", "SOL@solana"] {
        let output = run(&["swap", "--sandbox", "--from", from], "");
        assert_eq!(output.status.code(), Some(0), "{from}: {}", stderr(&output));
        for line in stdout(&output).lines().filter(|line| line.starts_with("executed")) {
            let (_, place) = line.split_once(" on ").unwrap();
            match place.split_once(", ") {
                None => assert_eq!(place, "bitcoin", "{line}"),
                Some((network, cost)) => {
                    let unit = if network == "solana" { "compute units " } else { "gas " };
                    assert_ne!(network, "bitcoin", "{line}");
                    let used: u64 = cost.strip_prefix(unit).unwrap().parse().unwrap();
                    assert!(used > 0, "{line}");
                }
            }
            seen += 1;
        }
    }
    assert_eq!(seen, 6, "three executions each");
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
    for (option, told) in [("--amount", "amount: \"-5\""), ("--min-out", "min_out: \"-5\"")] {
        let output = run(&["swap", "--sandbox", option, "-5"], "");
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains(told), "{told}: {}", stderr(&output));
    }
    let output = run(&["swaps", "list", "--journal", "mysql:foo"], "");
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("expected sqlite:PATH"), "{}", stderr(&output));
}

#[test]
fn the_log_at_its_loudest_holds_no_key() {
    for (options, credentials) in [(&[][..], "api-key"), (&["--signed-requests"], "rsa-key")] {
        let server = Served::start(options);
        for (source, key) in [("Ethereum", "key"), ("Solana", "solana-key")] {
            let output = server.swap(source, &["-vvv"]);
            assert_eq!(output.status.code(), Some(0), "{source}: {}", stderr(&output));
            let all = format!("{}{}", stdout(&output), stderr(&output));
            assert!(all.contains("DEBUG"), "the log is not loud");
            for file in [key, credentials] {
                let secret = fs::read_to_string(server.path(file)).unwrap();
                for line in secret.lines().filter(|line| !line.starts_with('-')) {
                    let shown = all.contains(line.trim_start_matches("0x"));
                    assert!(!shown, "{source}: {file} is in the output");
                }
            }
        }
    }
}
