//! Many swaps out of one file.

use std::io::{BufRead, BufReader, Read as _};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::means::{Means, lines, signal};
use crate::{run, stderr, stdout};

/// Returns lines of swaps from all chains, by turns.
fn batch(means: &Means, count: usize) -> String {
    let recipient = |source| means.server.option(source, "--recipient");
    let (solana, ethereum) = (recipient("Ethereum"), recipient("Solana"));
    let owner = means.server.option("Bitcoin", "--owner");
    let line = |number: usize| {
        let key = format!("order-{number}");
        match number % 3 {
            0 => json!({"key": key, "from": "USDC@ethereum", "to": "SOL@solana", "amount": "1.5",
                "recipient": solana, "slippage_bps": 30}),
            1 => json!({"key": key, "from": "SOL@solana", "to": "USDC@ethereum",
                "amount": "0.01", "recipient": ethereum, "min_out": "0.1"}),
            _ => json!({"key": key, "from": "BTC@bitcoin", "to": "SOL@solana",
                "amount": "0.0001", "recipient": solana, "owner": owner}),
        }
    };
    (0..count).map(line).fold(String::new(), |lines, line| lines + &line.to_string() + "\n")
}

fn file(means: &Means, text: &str) -> String {
    let path = means.folder.path().join("batch.jsonl");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn ids(lines: &[Value]) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut ids: Vec<_> =
        lines.iter().map(|line| (text(&line["key"]), text(&line["swap_id"]))).collect();
    ids.sort();
    ids
}

#[test]
fn a_batch_swaps_all_and_once() {
    let means = Means::new();
    let path = file(&means, &batch(&means, 9));
    let arguments = ["swap", "--batch", &path, "--concurrency", "4"];
    let output = means.run(&[&arguments[..], &["--json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}\n{}", stderr(&output), stdout(&output));
    let first = lines(&output);
    assert_eq!(first.len(), 9);
    assert!(first.iter().all(|line| line["state"] == "finished"), "{first:?}");
    assert!(stderr(&output).contains("9/9  finished"), "{}", stderr(&output));
    // Once more: the same swaps, and nothing is done.
    let output = means.run(&[&arguments[..], &["--json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(ids(&lines(&output)), ids(&first));
    assert_eq!(means.count("finished"), 9);
    let output = means.run(&arguments);
    let table: Vec<_> = stdout(&output).lines().collect();
    assert!(table[1].starts_with("order-0  ") && table[9].starts_with("order-8  "), "{table:?}");
    assert_eq!(table[10], "9 finished");
}

#[test]
fn a_batch_that_was_interrupted_goes_on() {
    let means = Means::new();
    let path = file(&means, &batch(&means, 12));
    let arguments = ["swap", "--batch", &path, "--concurrency", "2"];
    let mut child = means.command(&arguments);
    let mut child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("2/12") {
        line.clear();
        assert_ne!(told.read_line(&mut line).unwrap(), 0, "expected the second of twelve");
    }
    signal(&child, "-INT");
    let mut rest = String::new();
    told.read_to_string(&mut rest).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{rest}");
    assert!(rest.contains("the same command goes on"), "{rest}");
    assert!(stdout(&output).contains("not begun"), "{}", stdout(&output));
    assert!(means.count("finished") < 12);
    let output = means.run(&arguments);
    assert_eq!(output.status.code(), Some(0), "{}\n{}", stderr(&output), stdout(&output));
    assert_eq!(means.count("finished"), 12);
}

#[test]
fn a_key_that_stands_for_another_request_harms_no_other_line() {
    let means = Means::new();
    let text = batch(&means, 3);
    let output = means.run(&["swap", "--json", "--batch", &file(&means, &text)]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = batch(&means, 4).replacen("\"1.5\"", "\"1.6\"", 1);
    let output = means.run(&["swap", "--json", "--batch", &file(&means, &text)]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let lines = lines(&output);
    let codes: Vec<_> = lines.iter().filter(|line| line["code"] == "key_taken").collect();
    assert_eq!((codes.len(), &codes[0]["key"]), (1, &json!("order-0")));
    assert_eq!(means.count("finished"), 4);
}

#[test]
fn a_line_that_is_wrong_is_named_and_nothing_is_begun() {
    let means = Means::new();
    let good = batch(&means, 2);
    let third = |change: fn(&mut Value)| {
        let mut line: Value = serde_json::from_str(good.lines().next().unwrap()).unwrap();
        line["key"] = json!("order-2");
        change(&mut line);
        line.to_string()
    };
    for (line, told) in [
        ("{".to_owned(), "expected an object"),
        ("[]".to_owned(), "expected an object"),
        (third(|line| line["memo"] = json!("x")), "unknown field `memo`, expected"),
        (third(|line| line["amount"] = json!(1.5)), "expected a string"),
        (third(|line| line["amount"] = json!("1.0000001")), "amount"),
        (third(|line| line["amount"] = json!("0")), "more than zero"),
        (third(|line| line["from"] = json!("USDC")), "from: expected a token and a network"),
        (third(|line| line["to"] = json!("USDC@mars")), "not in the registry"),
        (third(|line| line["key"] = json!("order-1")), "is that of line 2"),
        (third(|line| line["key"] = json!("")), "key: expected 1 to 256"),
        (third(|line| line["slippage_bps"] = json!(10_001)), "slippage_bps"),
        (third(|line| line["recipient"] = Value::Null), "expected recipient"),
        (third(|line| line["recipient"] = json!("x")), "recipient"),
        (third(|line| line["from"] = json!("BTC@bitcoin")), "--owner"),
        ("{\"key\":\"a\",\"key\":\"b\"}".to_owned(), "duplicate field"),
    ] {
        let path = file(&means, &format!("{good}{line}\n"));
        let output = means.run(&["swap", "--json", "--batch", &path]);
        assert_eq!(output.status.code(), Some(2), "{line}: {}", stderr(&output));
        assert!(stderr(&output).contains("batch.jsonl, line 3: "), "{}", stderr(&output));
        assert!(stderr(&output).contains(told), "{told}: {}", stderr(&output));
        assert!(!stderr(&output).contains("line 1"), "{}", stderr(&output));
    }
    assert!(!means.folder.path().join("journal.db").exists(), "no journal is made");
}

#[test]
fn a_batch_needs_a_journal_and_no_request_of_its_own() {
    let means = Means::new();
    let path = file(&means, &batch(&means, 1));
    for arguments in [
        &["swap", "--batch", &path, "--amount", "1"][..],
        &["swap", "--batch", &path, "--recipient", "x"],
        &["swap", "--batch", &path, "--key", "k"],
        &["swap", "--batch", &path, "--concurrency", "0"],
        &["swap", "--concurrency", "2"],
        &["swap", "--batch", "no-such-file"],
    ] {
        assert_eq!(means.run(arguments).status.code(), Some(2), "{arguments:?}");
    }
    let mut options = means.options();
    options.drain(..2);
    let options: Vec<_> = options.iter().map(String::as_str).collect();
    let output = run(&[&["swap", "--batch", &path], &options[..]].concat(), "");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("COUNTERSIGN_JOURNAL"), "{}", stderr(&output));
}

#[test]
fn a_sandbox_takes_a_batch_from_standard_input() {
    let lines = "{\"key\":\"a\",\"from\":\"USDC@ethereum\",\"to\":\"SOL@solana\",\"amount\":\"2\"}\n\
                 \n\
                 {\"key\":\"b\",\"from\":\"BTC@bitcoin\",\"to\":\"SOL@solana\",\"amount\":\"0.001\"}\n\
                 {\"key\":\"c\",\"from\":\"USDC@base\",\"to\":\"SOL@solana\",\"amount\":\"2\"}\n\
                 {\"key\":\"d\",\"from\":\"SOL@solana\",\"to\":\"USDC@ethereum\",\"amount\":\"0.1\"}\n";
    let output = run(&["swap", "--sandbox", "--batch", "-"], lines);
    assert_eq!(output.status.code(), Some(0), "{}\n{}", stderr(&output), stdout(&output));
    assert!(stdout(&output).ends_with("\n4 finished\n"), "{}", stdout(&output));
    let output = run(&["swap", "--sandbox", "--batch", "-", "--tamper", "spender"], lines);
    assert_eq!(output.status.code(), Some(3), "{}\n{}", stderr(&output), stdout(&output));
}
