//! Swaps that are cancelled: what is said, and the exit status.

use std::fs;

use crate::means::Means;
use crate::{json, stderr, stdout};

#[test]
fn what_was_not_signed_is_cancelled_at_once() {
    let means = Means::new();
    let policy = means.server.path("policy.toml");
    let text = fs::read_to_string(&policy).unwrap();
    fs::write(&policy, text.replacen("paused = false", "paused = true", 1)).unwrap();
    let output = means.swap("Ethereum", "order-1", &["--timeout", "0"]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    // A pause keeps no cancel up.
    let output = means.run(&["cancel", "order-1", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report = json(&output);
    assert_eq!((&report["state"], &report["digest"]), (&"failed".into(), &().into()));
    let reason = report["reason"].as_str().unwrap();
    assert!(reason.starts_with("cancelled before anything was signed"), "{reason}");
    // Once more is as good, by its id too.
    let swap_id = report["swap_id"].as_str().unwrap();
    let output = means.run(&["cancel", swap_id]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("nothing to cancel"), "{}", stderr(&output));
    assert!(stdout(&output).contains("failed"), "{}", stdout(&output));
}

#[test]
fn what_was_used_is_not_called_cancelled() {
    let means = Means::new();
    let output = means.swap("Ethereum", "order-1", &["--timeout", "0"]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    let output = means.run(&["cancel", "order-1", "--json"]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    assert_eq!(json(&output)["state"], "finished", "{}", stderr(&output));
    assert!(stderr(&output).contains("too late"), "{}", stderr(&output));
    // Its end is no cancel either.
    let output = means.run(&["cancel", "order-1"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(means.count("finished"), 1);
}

#[test]
fn what_is_not_there_is_bad_input() {
    let means = Means::new();
    means.swap("Ethereum", "order-1", &["--timeout", "0"]);
    let output = means.run(&["cancel", "order-2"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
}
