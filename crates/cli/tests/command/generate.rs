//! Completion scripts and manual pages.

use std::fs;
use std::process::Command;

use crate::{run, stderr, stdout};

const SUBCOMMANDS: [&str; 12] = [
    "swap",
    "check",
    "statement",
    "status",
    "networks",
    "tokens",
    "quote",
    "swaps",
    "audit",
    "keys",
    "completions",
    "man",
];

#[test]
fn each_shell_gets_a_script_that_knows_the_subcommands() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = run(&["completions", shell], "");
        assert_eq!(output.status.code(), Some(0), "{shell}: {}", stderr(&output));
        for name in SUBCOMMANDS.into_iter().chain(["rsa-key-file"]) {
            assert!(stdout(&output).contains(name), "{shell}: {name}");
        }
    }
    let output = run(&["completions", "tcsh"], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("bash, elvish, fish, powershell, zsh"), "{}", stderr(&output));
}

#[test]
fn the_manual_page_holds_each_subcommand() {
    let output = run(&["man"], "");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let page = stdout(&output);
    assert!(page.contains(".TH countersign 1"), "{page}");
    assert!(page.contains("Exit status"), "{page}");
    for name in SUBCOMMANDS {
        assert!(page.contains(&format!("countersign\\-{name}(1)")), "{name}");
    }
}

#[test]
fn each_subcommand_gets_a_page_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("man/man1");
    let output = run(&["man", "--out", out.to_str().unwrap()], "");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(output.stdout.is_empty());
    for name in SUBCOMMANDS {
        let page = fs::read_to_string(out.join(format!("countersign-{name}.1"))).unwrap();
        assert!(page.contains(&format!(".TH countersign-{name} 1")), "{page}");
    }
    for (name, option) in [
        ("swaps-list", "\\-\\-after"),
        ("keys-new", "\\-\\-words"),
        ("audit-verify", "\\-\\-anchor"),
    ] {
        let page = fs::read_to_string(out.join(format!("countersign-{name}.1"))).unwrap();
        assert!(page.contains(option), "{page}");
    }
    let page = fs::read_to_string(out.join("countersign-quote.1")).unwrap();
    assert!(page.contains("\\-\\-signing\\-rule"), "{page}");
    assert!(out.join("countersign.1").exists());

    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let output = run(&["man", "--out", file.to_str().unwrap()], "");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
}

#[test]
fn nothing_generated_holds_what_the_environment_does() {
    for arguments in [&["man"][..], &["completions", "zsh"], &["quote", "--help"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        command.env("COUNTERSIGN_API_URL", "https://host.example").args(arguments);
        let output = command.env("COUNTERSIGN_API_KEY", "sk-4242").output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert!(!stdout(&output).contains("host.example"), "{arguments:?}");
        assert!(!stdout(&output).contains("4242"), "{arguments:?}");
    }
}
