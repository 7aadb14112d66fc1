//! Keystores and passphrases that are wrong: one line, no secret, and an exit status.

use std::fs;
use std::path::Path;

use super::{PASSPHRASE, Vault, all};
use crate::{json, set_mode, stderr};

fn vault() -> Vault {
    let vault = Vault::new();
    vault.done(&["new", "one", "--curve", "secp256k1"]);
    vault
}

/// A command that has to open the keystore.
const ADD: [&str; 6] = ["new", "two", "--curve", "ed25519", "--work-factor", "14"];

#[test]
fn a_passphrase_that_does_not_open_it_is_told_in_one_line() {
    let vault = vault();
    let before = fs::read_to_string(&vault.keystore).unwrap();
    let wrong = vault.file("wrong", "hunter2hunter2");
    let open = vault.file("open", PASSPHRASE);
    set_mode(Path::new(&open), 0o644);
    let several = ["--passphrase-file", &vault.passphrase, "--passphrase-env", "HOME"];
    for (options, told) in [
        (&["--passphrase-file", &wrong][..], "keystore: the passphrase is wrong"),
        (&["--passphrase-file", &open], "expected a file that only its owner can read"),
        (&["--passphrase-file", "/no/such/file"], "No such file"),
        (&["--passphrase-env", "NO_SUCH_VARIABLE"], "the variable NO_SUCH_VARIABLE"),
        (&["--passphrase-command", "false hunter2"], "false failed: exit status: 1"),
        (&["--passphrase-command", "sleep 600", "--passphrase-timeout", "1"], "in 1s"),
        (&["--passphrase-file", "other=/x"], "there is no source \"other\""),
        (&several, "expected one --passphrase-… option"),
        (&[], "expected --passphrase-file, --passphrase-command, or a terminal"),
    ] {
        let output = vault.open(&[&ADD[..], options, &["--json", "-vvv"]].concat());
        assert_eq!(output.status.code(), Some(2), "{told}: {}", stderr(&output));
        assert!(stderr(&output).contains(told), "{told}: {}", stderr(&output));
        let lines = stderr(&output).lines().filter(|line| line.starts_with("error: "));
        assert_eq!(lines.count(), 1, "{}", stderr(&output));
        assert!(json(&output)["message"].as_str().unwrap().contains(told), "{told}");
        for secret in ["hunter2", PASSPHRASE] {
            assert!(!all(&output).contains(secret), "{told}: a secret is shown");
        }
        assert_eq!(fs::read_to_string(&vault.keystore).unwrap(), before, "{told}");
    }
}

#[test]
fn a_passphrase_comes_from_a_program_or_where_that_is_asked_for_from_the_environment() {
    let vault = vault();
    let command = format!("cat {}", vault.passphrase);
    let output = vault.open(&[&ADD[..], &["--passphrase-command", &command]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let arguments = ["keys", "new", "three", "--curve", "ed25519", "--work-factor", "14"];
    let options = ["--keystore", &vault.keystore, "--passphrase-env", "MY_PASSPHRASE"];
    let mut command = crate::command(&[&arguments[..], &options].concat());
    let output = command.env("MY_PASSPHRASE", PASSPHRASE).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(vault.listed("three", "solana").len(), 1);
}

#[test]
fn a_file_that_is_no_keystore_or_a_damaged_one_is_told() {
    let vault = vault();
    let text = fs::read_to_string(&vault.keystore).unwrap();
    let altered = text.replacen("\"public_key\": \"0", "\"public_key\": \"1", 1);
    for (content, told) in [
        (&text[..text.len() / 2], "the file ends before it is complete"),
        ("", "found an empty file"),
        ("{\"version\": 3}", "expected a keystore of countersign, found JSON of another kind"),
        ("-----BEGIN", "found a text that is no JSON"),
        (&text.replacen("\"version\": 1", "\"version\": 2", 1), "expected version 1"),
        (&altered, "what stands in the clear is not that of the secret"),
    ] {
        fs::write(&vault.keystore, content).unwrap();
        let output = vault.keys(&["new", "two", "--curve", "ed25519", "--json"]);
        assert_eq!(output.status.code(), Some(2), "{told}: {}", stderr(&output));
        assert!(stderr(&output).contains(told), "{told}: {}", stderr(&output));
        assert!(stderr(&output).contains(&vault.keystore), "{}", stderr(&output));
        assert!(!all(&output).contains(PASSPHRASE));
        assert_eq!(fs::read_to_string(&vault.keystore).unwrap(), content, "{told}");
    }
    fs::write(&vault.keystore, text).unwrap();
    set_mode(Path::new(&vault.keystore), 0o622);
    let output = vault.open(&["list"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("writable by its owner alone"), "{}", stderr(&output));
}

#[test]
fn a_name_that_is_taken_or_none_changes_nothing() {
    let vault = vault();
    let before = fs::read_to_string(&vault.keystore).unwrap();
    for (name, told) in [
        ("one", "there is a secret of the name one already"),
        ("a/b", "expected a name of 1 to 64 letters"),
        ("", "expected a name of 1 to 64 letters"),
    ] {
        let output = vault.keys(&["new", name, "--curve", "ed25519"]);
        assert_eq!(output.status.code(), Some(2), "{name}: {}", stderr(&output));
        assert!(stderr(&output).contains(told), "{}", stderr(&output));
        assert_eq!(fs::read_to_string(&vault.keystore).unwrap(), before, "{name}");
    }
}

#[test]
fn a_passphrase_that_protects_nothing_is_refused() {
    let vault = Vault::new();
    let short = vault.file("short", "1234567");
    let new = ["new", "one", "--curve", "secp256k1", "--passphrase-file", &short];
    let output = vault.open(&new);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("at least 8 characters"), "{}", stderr(&output));
    assert!(!all(&output).contains("1234567"));
    assert!(!fs::exists(&vault.keystore).unwrap());
}
