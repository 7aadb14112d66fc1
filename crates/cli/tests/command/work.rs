//! Open swaps, carried on by other processes.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::means::{Means, lines, signal};
use crate::{json, run, stderr, stdout};

/// Begins a swap from each chain, and leaves it open.
fn begin(means: &Means) {
    for source in ["Ethereum", "Bitcoin", "Solana"] {
        let output = means.swap(source, source, &["--timeout", "0"]);
        assert_eq!(output.status.code(), Some(4), "{source}: {}", stderr(&output));
        assert!(stderr(&output).contains("countersign resume"), "{}", stderr(&output));
    }
}

#[test]
fn what_is_open_is_carried_on_to_its_end() {
    let means = Means::new();
    begin(&means);
    let output = means.run(&["resume", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let lines = lines(&output);
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert!(lines[..3].iter().all(|line| line["state"] == "finished"), "{lines:?}");
    assert_eq!(lines[3]["sum"], "3 finished");
    for source in ["Ethereum", "Bitcoin", "Solana"] {
        let entries = means.show(source)["entries"].clone();
        let signed = entries.as_array().unwrap().iter();
        assert_eq!(signed.filter(|entry| entry["what"] == "signed").count(), 1, "{entries}");
    }
    // There is nothing left to do.
    let output = means.run(&["resume"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stdout(&output), "nothing to do\n");
}

#[test]
fn what_stays_open_is_said_so() {
    let means = Means::new();
    begin(&means);
    let output = means.run(&["resume", "--stay", "0", "--api-url", "http://127.0.0.1:1"]);
    assert_eq!(output.status.code(), Some(2), "an option is given once");
    // Nobody is there to be asked.
    drop(means.server);
    let means = Means { server: crate::served::Served::start(&[]), ..means };
    let output = means.run(&["resume", "--stay", "0"]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    let last = stdout(&output).lines().last().unwrap();
    assert!(last.contains("submitted") || last.contains("settling"), "{last}");
}

#[test]
fn workers_drive_what_others_begin_until_they_are_stopped() {
    for name in ["-INT", "-TERM"] {
        let means = Means::new();
        let mut work = means.command(&["work", "--workers", "4"]);
        let mut work = work.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut told = BufReader::new(work.stderr.take().unwrap());
        told.read_line(&mut String::new()).unwrap();
        begin(&means);
        let watch = ["swaps", "watch", "--interval", "0.1", "--journal", &means.journal];
        let output = run(&watch, "");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(means.count("finished"), 3);
        let began = Instant::now();
        signal(&work, name);
        let output = work.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{name}");
        assert!(began.elapsed() < Duration::from_secs(10), "{name}");
        assert_eq!(stdout(&output).lines().filter(|line| line.contains("  finished ")).count(), 3);
    }
}

#[test]
fn checkpoints_are_made_on_the_way() {
    let means = Means::new();
    let key = means.folder.path().join("audit.pem").display().to_string();
    let output = run(&["audit", "keygen", "--out", &key], "");
    let public_key = stdout(&output).trim().to_owned();
    let audit = ["--audit-key", key.as_str()];
    let output = means.swap("Ethereum", "order-1", &audit);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let told = stderr(&output).lines().find_map(|line| line.strip_prefix("checkpoint "));
    let verify = ["audit", "verify", "--public-key", &public_key, "--journal", &means.journal];
    let output = run(&[&verify[..], &["--json", "--anchor", told.unwrap()]].concat(), "");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report = json(&output);
    assert_eq!(report["committed"], report["entries"]);
}

#[test]
fn a_key_that_is_missing_is_said_before_anything_is_sent() {
    let means = Means::new();
    for arguments in [&["resume"][..], &["work"]] {
        let output = run(&[arguments, &["--journal", &means.journal]].concat(), "");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    let output = means.run(&["resume"]);
    assert_eq!(output.status.code(), Some(2), "there is no journal: {}", stderr(&output));
    assert!(stderr(&output).contains("found no file"), "{}", stderr(&output));
    let output = means.run(&["work", "--key-file", "mars=/dev/null"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("\"mars\" is no network"), "{}", stderr(&output));
}
