//! Swaps whose history is kept.

use crate::means::Means;
use crate::{command, json, run, stderr, stdout};

#[test]
fn the_same_key_is_the_same_swap() {
    let means = Means::new();
    let first = means.swap("Ethereum", "order-1", &["--amount", "3"]);
    assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
    let first = json(&first);
    assert_eq!((&first["state"], &first["key"]), (&"finished".into(), &"order-1".into()));
    assert_eq!(first["digest"].as_str().unwrap().len(), 66);
    let entries = means.show("order-1")["entries"].clone();
    let again = means.swap("Ethereum", "order-1", &["--amount", "3"]);
    assert_eq!(again.status.code(), Some(0), "{}", stderr(&again));
    assert_eq!(json(&again)["swap_id"], first["swap_id"]);
    assert!(!stderr(&again).contains("signed"), "{}", stderr(&again));
    assert_eq!(means.show("order-1")["entries"], entries, "nothing is added");
    let other = means.swap("Ethereum", "order-1", &["--amount", "4"]);
    assert_eq!(other.status.code(), Some(2), "{}", stderr(&other));
    assert_eq!(json(&other)["code"], "key_taken");
    assert_eq!(means.count("finished"), 1);
}

#[test]
fn a_swap_from_each_chain_is_kept() {
    let means = Means::new();
    for source in ["Ethereum", "Bitcoin", "Solana"] {
        let output = means.swap(source, source, &[]);
        assert_eq!(output.status.code(), Some(0), "{source}: {}", stderr(&output));
        let swap = means.show(source);
        assert_eq!((&swap["state"], &swap["holds"]), (&"finished".into(), &true.into()));
        // What it takes to get coins back is in the journal.
        let whats = swap["entries"].as_array().unwrap().iter();
        let kept = whats.filter(|entry| entry["what"] == "refund_kept").count();
        assert_eq!(kept, usize::from(source == "Bitcoin"));
    }
}

#[test]
fn a_key_is_made_up_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("journal.db").display().to_string();
    let output = run(&["swap", "--sandbox", "--json", "--journal", &at], "");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report = json(&output);
    let key = report["key"].as_str().unwrap();
    assert_eq!(key.len(), 36, "{key}");
    assert!(stderr(&output).contains(&format!("key       {key}")), "{}", stderr(&output));
    assert_ne!(report["balances"]["before"], report["balances"]["after"]);
    assert_eq!(report["executions"][0]["call"], "SandboxEscrow.deposit");
    let output = run(&["swaps", "show", key, "--journal", &at], "");
    assert!(stdout(&output).contains("it holds"), "{}", stdout(&output));
}

#[test]
fn a_lie_is_refused_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("journal.db").display().to_string();
    for (lie, key) in [("spender", "order-1"), ("quote-min-out", "order-2")] {
        let arguments = ["swap", "--sandbox", "--tamper", lie, "--key", key, "--json"];
        let output = run(&[&arguments[..], &["--journal", &at]].concat(), "");
        assert_eq!(output.status.code(), Some(3), "{lie}: {}", stderr(&output));
        assert!(stderr(&output).contains("nothing was signed"), "{}", stderr(&output));
        let report = json(&output);
        assert_eq!((&report["state"], &report["digest"]), (&"refused".into(), &().into()));
        assert_eq!(report["balances"]["before"], report["balances"]["after"], "{lie}");
        let (failure, code) =
            (&report["failure"], if key == "order-1" { "spender" } else { "quote" });
        assert_eq!(
            (&failure["error"], &failure["violations"][0]["code"]),
            (&"refused".into(), &code.into())
        );
    }
    let output = run(&["swaps", "show", "order-1", "--journal", &at], "");
    assert!(stdout(&output).contains("the payload: refused: "), "{}", stdout(&output));
}

#[test]
fn what_came_back_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("journal.db").display().to_string();
    let arguments = ["swap", "--sandbox", "--from", "BTC@bitcoin", "--resolver-fails", "--json"];
    let output = run(&[&arguments[..], &["--journal", &at, "--key", "order-1"]].concat(), "");
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    assert_eq!(json(&output)["state"], "refunded", "{}", stderr(&output));
    let output = run(&["swaps", "watch", "order-1", "--journal", &at], "");
    assert_eq!(output.status.code(), Some(4));
    assert!(stdout(&output).contains("  refunded   order-1"), "{}", stdout(&output));
}

#[test]
fn a_key_needs_a_journal() {
    let output = run(&["swap", "--sandbox", "--key", "order-1"], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--journal"), "{}", stderr(&output));
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("journal.db").display().to_string();
    for key in ["", "two words", &"k".repeat(257)] {
        let output = run(&["swap", "--sandbox", "--key", key, "--journal", &at], "");
        assert_eq!(output.status.code(), Some(2), "{key:?}: {}", stderr(&output));
    }
    // A sandbox that ends with the command writes into no journal that the environment names.
    let mut swap = command(&["swap", "--sandbox"]);
    let output = swap.env("COUNTERSIGN_JOURNAL", &at).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(run(&["swaps", "list", "--open", "--journal", &at], "").status.code(), Some(0));
    let list = json(&run(&["swaps", "list", "--json", "--journal", &at], ""));
    assert_eq!(list["swaps"], serde_json::json!([]));
}
