//! Swaps from Bitcoin, and what becomes of their coins where they fail.

use std::fs;
use std::time::Duration;

use crate::served::Served;
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

#[test]
fn a_recipe_that_was_kept_takes_the_coins_back_later() {
    let server = Served::start(&["--resolver-fails"]);
    let kept = server.path("kept");
    let output = server.swap("Bitcoin", &["--refund-dir", &kept, "--timeout", "1"]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));

    let mut kept = fs::read_dir(&kept).unwrap();
    let recipe = kept.next().unwrap().unwrap().path().display().to_string();
    assert!(kept.next().is_none() && stderr(&output).contains(&recipe), "{}", stderr(&output));
    let [node, registry, policy, key] = ["--rpc", "--registry", "--policy", "--key-file"]
        .map(|option| server.option("Bitcoin", option));
    let files = ["--registry", &registry, "--policy", &policy, "--key-file", &key];
    let refund = [&["refund", &recipe, "--rpc", &node, "--fee-rate", "2", "--json"], &files[..]];
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
