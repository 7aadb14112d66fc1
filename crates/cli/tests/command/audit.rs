//! Proof that a journal is what was written.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::sample::{Far, finish, journal};
use crate::{json, run, set_mode, stderr, stdout};

/// A journal with two swaps, and an audit key.
struct Audited {
    folder: TempDir,
    at: String,
    key: String,
    public_key: String,
    open: countersign::approval::SwapId,
}

impl Audited {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let ids = journal(&path, &[("order-1", Far::Finished), ("order-2", Far::Submitted)]);
        let key = folder.path().join("audit.pem").display().to_string();
        let output = run(&["audit", "keygen", "--out", &key], "");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let public_key = stdout(&output).trim().to_owned();
        Self { at: path.display().to_string(), folder, key, public_key, open: ids[1] }
    }

    /// Makes a checkpoint and returns what is kept elsewhere.
    fn checkpoint(&self) -> String {
        let output = run(&["audit", "checkpoint", "--key", &self.key, "--journal", &self.at], "");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        stdout(&output).trim().to_owned()
    }

    fn export(&self, name: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        let out = path.to_str().unwrap();
        let output = run(&["audit", "export", "--out", out, "--journal", &self.at], "");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        path
    }

    /// Verifies with more arguments, and returns status and output.
    fn verify(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let all = [&["audit", "verify", "--public-key", &self.public_key], arguments].concat();
        let output = run(&all, "");
        (output.status.code(), format!("{}{}", stdout(&output), stderr(&output)))
    }
}

#[test]
fn a_key_is_its_owners_alone_and_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.pem");
    let arguments = ["audit", "keygen", "--json", "--out", path.to_str().unwrap()];
    let output = run(&arguments, "");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(json(&output)["public_key"].as_str().unwrap().len(), 64);
    let pem = fs::read_to_string(&path).unwrap();
    assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"), "expected PEM");
    assert!(pem.lines().all(|line| line.len() <= 64), "expected short lines");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let output = run(&arguments, "");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("exists"), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(&path).unwrap(), pem);
}

#[test]
fn a_key_that_others_can_read_signs_nothing() {
    let audited = Audited::new();
    let arguments = ["audit", "checkpoint", "--key", &audited.key, "--journal", &audited.at];
    set_mode(audited.key.as_ref(), 0o644);
    let output = run(&arguments, "");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("only its owner can read"), "{}", stderr(&output));
    set_mode(audited.key.as_ref(), 0o600);
    for text in ["", "key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
        fs::write(&audited.key, text).unwrap();
        let output = run(&arguments, "");
        assert_eq!(output.status.code(), Some(2), "{text:?}: {}", stderr(&output));
    }
}

#[test]
fn an_export_is_verified_alone() {
    let audited = Audited::new();
    let anchor = audited.checkpoint();
    let export = audited.export("export.jsonl");
    assert_eq!(fs::metadata(&export).unwrap().permissions().mode() & 0o777, 0o600);
    // Nothing of the journal is left.
    for name in ["journal.db", "journal.db-wal", "journal.db-shm", "audit.pem"] {
        let _ = fs::remove_file(audited.folder.path().join(name));
    }
    let path = export.to_str().unwrap();
    let (status, text) = audited.verify(&[path]);
    assert_eq!(status, Some(0), "{text}");
    assert!(text.contains("verified: 21 entries of 2 swaps, by 1 checkpoints"), "{text}");
    assert!(text.contains(&anchor), "{text}");
    let (status, text) = audited.verify(&[path, "--anchor", &anchor, "--json"]);
    assert_eq!(status, Some(0), "{text}");
    let input = fs::read_to_string(&export).unwrap();
    let arguments = ["audit", "verify", "-", "--json", "--public-key", &audited.public_key];
    let report = json(&run(&arguments, &input));
    assert_eq!((&report["verified"], &report["committed"]), (&true.into(), &21.into()));
    assert_eq!(report["latest"], anchor);
}

#[test]
fn a_change_is_found_where_it_is() {
    let audited = Audited::new();
    audited.checkpoint();
    let export = audited.export("export.jsonl");
    let text = fs::read_to_string(&export).unwrap();
    let lines: Vec<_> = text.lines().collect();
    let joined = |lines: &[&str]| format!("{}\n", lines.join("\n"));
    let place = lines.iter().position(|line| line.contains("recipient-1")).unwrap();
    for (changed, told) in [
        (text.replacen("recipient-1", "recipient-2", 1), format!("line {}:", place + 1)),
        (joined(&lines[..lines.len() - 1]), "a last line".to_owned()),
        (joined(&[&lines[..place], &lines[place + 1..]].concat()), "entry 0, found 1".to_owned()),
        (text.replacen("\"number\":0", "\"number\":1", 1), "checkpoint 1".to_owned()),
        (String::new(), "line 0".to_owned()),
    ] {
        fs::write(&export, changed).unwrap();
        let (status, text) = audited.verify(&[export.to_str().unwrap()]);
        assert_eq!(status, Some(1), "{text}");
        assert!(text.contains("not verified") && text.contains(&told), "{told}: {text}");
        let (status, text) = audited.verify(&[export.to_str().unwrap(), "--json"]);
        assert_eq!((status, text.contains("\"verified\": false")), (Some(1), true), "{text}");
    }
}

#[test]
fn a_journal_is_verified_in_one_go() {
    let audited = Audited::new();
    let at = ["--journal", audited.at.as_str()];
    let (status, text) = audited.verify(&at);
    assert_eq!(status, Some(1), "{text}");
    assert!(text.contains("expected a checkpoint that the key signed"), "{text}");
    let first = audited.checkpoint();
    let (status, text) = audited.verify(&at);
    assert_eq!(status, Some(0), "{text}");
    assert!(!text.contains("later than"), "{text}");
    finish(audited.at.as_ref(), audited.open);
    let (status, text) = audited.verify(&at);
    assert_eq!(status, Some(0), "{text}");
    assert!(text.contains("3 of the entries are later than"), "{text}");
    let second = audited.checkpoint();
    assert!(first.starts_with("0:") && second.starts_with("1:"), "{first} {second}");
    for anchor in [&first, &second] {
        let (status, text) = audited.verify(&[&at[..], &["--anchor", anchor]].concat());
        assert_eq!(status, Some(0), "{text}");
    }
    // Nothing changed since.
    assert_eq!(audited.checkpoint(), "");
}

#[test]
fn a_journal_that_was_set_back_is_found_out() {
    let audited = Audited::new();
    audited.checkpoint();
    let old = audited.export("old.jsonl");
    finish(audited.at.as_ref(), audited.open);
    let anchor = audited.checkpoint();
    let old = old.to_str().unwrap();
    assert_eq!(audited.verify(&[old]).0, Some(0));
    let (status, text) = audited.verify(&[old, "--anchor", &anchor]);
    assert_eq!(status, Some(1), "{text}");
    assert!(text.contains("expected checkpoint 1"), "{text}");
    // Another key signed nothing of it.
    let other = "11".repeat(32);
    let output = run(&["audit", "verify", "--public-key", &other, "--journal", &audited.at], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("checkpoint 0: expected a signature by the key"));
}

#[test]
fn what_can_not_be_read_is_bad_input() {
    let audited = Audited::new();
    for arguments in [
        &["no-such-file"][..],
        &["file", "--journal", &audited.at],
        &["--anchor", "7", "--journal", &audited.at],
    ] {
        assert_eq!(audited.verify(arguments).0, Some(2), "{arguments:?}");
    }
    let output = run(&["audit", "verify", "--public-key", "22", "--journal", &audited.at], "");
    assert_eq!(output.status.code(), Some(2));
    // An export that is there is not overwritten.
    let export = audited.export("export.jsonl");
    let before = fs::read(&export).unwrap();
    let out = export.to_str().unwrap();
    let output = run(&["audit", "export", "--out", out, "--journal", &audited.at], "");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(fs::read(&export).unwrap(), before);
    let output = run(&["audit", "export", "--journal", &audited.at], "");
    assert_eq!(output.stdout, before);
}
