//! Verdicts and statements, without a key or a network.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::{run, stderr, stdout};

const VECTORS: &str = include_str!("../../../../tests/vectors/refuse.jsonl");

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
