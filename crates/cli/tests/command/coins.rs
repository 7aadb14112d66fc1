//! Swaps from Bitcoin, and what becomes of their coins where they fail.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::{json, run, stderr, stdout};

#[test]
fn a_swap_from_bitcoin_finishes() {
    let output = run(&["swap", "--sandbox", "--from", "BTC@bitcoin", "--json"], "");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(json(&output)["status"], "Finished");
}

#[test]
fn a_lie_about_a_psbt_is_refused() {
    for lie in ["btc-htlc-claim-key", "btc-tap-merkle-root", "btc-duplicate-key"] {
        let output = run(&["swap", "--sandbox", "--from", "BTC@bitcoin", "--tamper", lie], "");
        assert_eq!(output.status.code(), Some(3), "{lie}: {}", stderr(&output));
        assert!(stderr(&output).contains("refused at verify, nothing was signed"), "{lie}");
    }
}

#[test]
fn a_swap_that_fails_ends_refunded_and_not_before_the_lock_time() {
    let arguments = ["swap", "--sandbox", "--from", "BTC@bitcoin", "--resolver-fails"];
    let output = run(&arguments, "");
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    assert!(stderr(&output).contains("non-final"), "{}", stderr(&output));
    assert!(stdout(&output).contains("executed  HTLC refund on bitcoin"), "{}", stdout(&output));
    assert!(stdout(&output).ends_with("Refunded\n"), "{}", stdout(&output));
}

/// A sandbox whose resolver never pays, as a server.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_recipe_that_was_kept_takes_the_coins_back_later() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let mut server = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(["sandbox", "--resolver-fails", "--out", &path("")])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let mut hints = BufReader::new(server.stderr.take().unwrap()).lines();
    let _server = Server(server);
    let url = lines.next().unwrap().unwrap();
    let hint = hints.find(|line| line.as_ref().is_ok_and(|line| line.contains("--owner")));
    let hint = hint.unwrap().unwrap();
    let mut words = hint.split_whitespace();
    let owner = words.by_ref().skip_while(|word| *word != "--owner").nth(1).unwrap();
    let node = words.last().unwrap();
    let (registry, policy, coins) = (path("registry.toml"), path("policy.toml"), path("coin-key"));
    let (api_key, kept) = (path("api-key"), path("kept"));
    let files = ["--registry", &registry, "--policy", &policy, "--key-file", &coins];
    let swap = [
        &["swap", "--api-url", &url, "--api-key-file", &api_key, "--rpc", node][..],
        &["--from", "BTC@bitcoin", "--owner", owner, "--refund-dir", &kept],
        &["--recipient", "9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin", "--timeout", "1"],
        &files,
    ];
    let output = run(&swap.concat(), "");
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));

    let mut kept = fs::read_dir(&kept).unwrap();
    let recipe = kept.next().unwrap().unwrap().path().display().to_string();
    assert!(kept.next().is_none() && stderr(&output).contains(&recipe), "{}", stderr(&output));
    let refund = [&["refund", &recipe, "--rpc", node, "--fee-rate", "2", "--json"], &files[..]];
    let mut tries = 0_u32;
    let done = loop {
        let output = run(&refund.concat(), "");
        if output.status.success() {
            break output;
        }
        assert!(stderr(&output).contains("non-final"), "{}", stderr(&output));
        tries = tries.saturating_add(1);
        assert!(tries < 60, "not refunded after a minute");
        std::thread::sleep(Duration::from_secs(1));
    };
    assert!(tries > 0, "the lock was open at once");
    assert_eq!(json(&done)["amount_sats"], 500_000);
    let again = run(&refund.concat(), "");
    assert_eq!(again.status.code(), Some(1));
    assert!(stderr(&again).contains("expected an unspent output"), "{}", stderr(&again));
}
