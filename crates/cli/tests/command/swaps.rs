//! What the journal says of its swaps.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::sample::{Far, finish, journal};
use crate::{command, json as report, private_file, run, set_mode, stderr, stdout};

/// Returns the folder of a new journal, its option and the ids of its swaps.
fn filled(swaps: &[(&str, Far)]) -> (TempDir, String, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let ids = journal(&path, swaps).iter().map(ToString::to_string).collect();
    let option = format!("sqlite:{}", path.display());
    (folder, option, ids)
}

const THREE: [(&str, Far); 3] =
    [("order-1", Far::Finished), ("order-2", Far::Submitted), ("order-3", Far::Refused)];

#[test]
fn a_list_shows_what_there_is() {
    let (_folder, at, ids) = filled(&THREE);
    let output = run(&["swaps", "list", "--journal", &at], "");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let lines: Vec<_> = stdout(&output).lines().collect();
    assert_eq!(lines.len(), 5, "{lines:?}");
    let words: Vec<_> = lines[1].split_whitespace().collect();
    let time = "2027-01-15T08:00:00Z";
    assert_eq!(words, [ids[0].as_str(), "order-1", "finished", time, time]);
    assert_eq!(lines[4], "3 swaps in the journal: 1 submitted, 1 finished, 1 refused");
    let output = run(&["swaps", "list", "--json", "--journal", &at], "");
    let states = json!({"submitted": 1, "finished": 1, "refused": 1});
    let list = report(&output);
    assert_eq!((&list["states"], &list["next_after"]), (&states, &Value::Null));
    assert_eq!(list["swaps"][1]["swap_id"], ids[1].as_str());
    assert_eq!(list["swaps"][1]["opened_at_ms"], 1_800_000_000_000_u64);
}

#[test]
fn a_list_holds_what_was_asked_for() {
    let (_folder, at, ids) = filled(&THREE);
    for (filter, expected) in [
        (&["--state", "refused"][..], &[2][..]),
        (&["--state", "settling"], &[]),
        (&["--open"], &[1]),
        (&["--after", &ids[0]], &[1, 2]),
        (&["--limit", "2"], &[0, 1]),
        (&["--limit", "1", "--after", &ids[1]], &[2]),
    ] {
        let arguments = [&["swaps", "list", "--json", "--journal", &at], filter].concat();
        let list = report(&run(&arguments, ""));
        let found: Vec<_> = list["swaps"].as_array().unwrap().iter().collect();
        let found: Vec<_> = found.iter().map(|swap| swap["swap_id"].as_str().unwrap()).collect();
        let expected: Vec<_> = expected.iter().map(|place| ids[*place].as_str()).collect();
        assert_eq!(found, expected, "{filter:?}");
        let next = if filter == ["--limit", "2"] { json!(ids[1]) } else { Value::Null };
        assert_eq!(list["next_after"], next, "{filter:?}");
    }
    let output = run(&["swaps", "list", "--limit", "2", "--journal", &at], "");
    assert!(stderr(&output).contains(&format!("--after {}", ids[1])), "{}", stderr(&output));
    let output = run(&["swaps", "list", "--state", "lost", "--journal", &at], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("settling"), "{}", stderr(&output));
}

#[test]
fn a_swap_is_told_by_its_id_and_by_its_key() {
    let (_folder, at, ids) = filled(&THREE);
    for name in [ids[0].as_str(), "order-1"] {
        let output = run(&["swaps", "show", name, "--journal", &at], "");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let text = stdout(&output);
        for part in [
            "state  finished",
            "100 USDC@ethereum for at least 0.1 SOL@solana",
            "offer-1: at least 0.5 SOL@solana, until 2027-01-15T08:01:00Z",
            "2027-01-15T08:00:00.000Z  reserved",
            "until 2027-01-15T08:10:00Z",
            "A permit of the sample\n  amount  100 USDC  [as agreed]\n",
            "completed, deposit 0xabc",
            "finished: paid",
            "chain  12 entries, head ",
            "it holds",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
    let output = run(&["swaps", "show", "--json", "order-1", "--journal", &at], "");
    let swap = report(&output);
    assert_eq!((&swap["swap_id"], &swap["key"]), (&json!(ids[0]), &json!("order-1")));
    assert_eq!((&swap["holds"], &swap["head"]["count"]), (&json!(true), &json!(12)));
    assert_eq!(swap["entries"].as_array().unwrap().len(), 12);
    assert_eq!(swap["entries"][7]["entry"]["signed"]["intent_id"], "intent-1");
    assert_eq!(swap["statement"]["title"], "A permit of the sample");
}

#[test]
fn what_the_counterparty_wrote_steers_no_terminal() {
    let (_folder, at, _) = filled(&THREE);
    for format in [&[][..], &["--json"]] {
        let arguments = [&["swaps", "show", "order-3", "--journal", &at], format].concat();
        let output = run(&arguments, "");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(!stdout(&output).contains('\u{202e}'), "{}", stdout(&output));
        assert!(stdout(&output).contains("202e"), "{}", stdout(&output));
    }
}

#[test]
fn a_swap_that_is_not_there_is_said_so() {
    let (_folder, at, _) = filled(&THREE);
    let id = "0198c1a0-0000-7000-8000-000000000000";
    for name in ["order-4", "", "two words", id] {
        let output = run(&["swaps", "show", "--json", name, "--journal", &at], "");
        assert_eq!(output.status.code(), Some(2), "{name}: {}", stderr(&output));
        assert!(stderr(&output).contains("idempotency key, found neither"), "{}", stderr(&output));
    }
}

#[test]
fn a_changed_entry_is_found_and_the_rest_is_shown() {
    let (folder, at, _) = filled(&THREE);
    let path = folder.path().join("journal.db");
    let bytes = std::fs::read(&path).unwrap();
    let text = b"recipient-1";
    let mut changed = bytes.clone();
    for place in 0..bytes.len() - text.len() {
        if &bytes[place..place + text.len()] == text {
            changed[place + text.len() - 1] = b'2';
        }
    }
    assert_ne!(changed, bytes);
    std::fs::write(&path, changed).unwrap();
    let output = run(&["swaps", "show", "order-1", "--journal", &at], "");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stdout(&output).contains("it does not hold: corrupted: swap"), "{}", stdout(&output));
    assert!(stdout(&output).contains("to recipient-2"), "{}", stdout(&output));
    assert!(stdout(&output).contains("finished: paid"), "{}", stdout(&output));
    let output = run(&["swaps", "show", "--json", "order-1", "--journal", &at], "");
    assert_eq!(output.status.code(), Some(1));
    let swap = report(&output);
    assert_eq!(swap["holds"], false);
    assert!(swap["broken"].as_str().unwrap().contains("entry 0: expected hash"), "{swap}");
}

#[test]
fn a_watch_tells_each_change_until_the_end() {
    let (folder, at, ids) = filled(&THREE);
    let arguments = ["swaps", "watch", "--json", "--interval", "0.05", "--journal", &at];
    let mut watch = command(&arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    let mut next = || -> Option<Value> {
        lines.next().map(|line| serde_json::from_str(&line.unwrap()).unwrap())
    };
    let first = next().unwrap();
    assert_eq!((&first["swap_id"], &first["state"]), (&json!(ids[1]), &json!("submitted")));
    finish(&folder.path().join("journal.db"), ids[1].parse().unwrap());
    let second = next().unwrap();
    assert_eq!((&second["key"], &second["state"]), (&json!("order-2"), &json!("finished")));
    assert_eq!(next(), None);
    assert_eq!(watch.wait().unwrap().code(), Some(0));
}

#[test]
fn a_watch_of_what_has_ended_ends() {
    let (_folder, at, ids) = filled(&THREE);
    for (names, status, count) in [
        (&["order-1"][..], 0, 1),
        (&["order-3"], 4, 1),
        (&[ids[0].as_str(), "order-3"], 4, 2),
        (&["order-1", "order-1"], 0, 1),
    ] {
        let arguments = [&["swaps", "watch", "--journal", &at], names].concat();
        let output = run(&arguments, "");
        assert_eq!(output.status.code(), Some(status), "{names:?}: {}", stderr(&output));
        assert_eq!(stdout(&output).lines().count(), count, "{names:?}");
    }
    let output = run(&["swaps", "watch", "order-4", "--journal", &at], "");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_journal_is_named_by_option_by_file_or_by_the_variable() {
    let (folder, at, _) = filled(&THREE);
    let file = private_file(folder.path(), "where", &format!("{at}\n"));
    let list = ["swaps", "list", "--open"];
    for arguments in [
        &["--journal", &at][..],
        &["--journal", at.strip_prefix("sqlite:").unwrap()],
        &["--journal-file", &file],
    ] {
        let output = run(&[&list, arguments].concat(), "");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(stdout(&output).lines().count(), 3);
        assert!(
            stdout(&output)
                .ends_with("3 swaps in the journal: 1 submitted, 1 finished, 1 refused\n"),
            "{}",
            stdout(&output)
        );
    }
    let output = command(&list).env("COUNTERSIGN_JOURNAL", &at).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    set_mode(file.as_ref(), 0o640);
    let output = run(&[&list[..], &["--journal-file", &file]].concat(), "");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("only its owner can read"), "{}", stderr(&output));
}

#[test]
fn a_journal_that_is_not_there_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db").display().to_string();
    for arguments in [
        &["swaps", "list"][..],
        &["swaps", "show", "order-1"],
        &["swaps", "watch"],
        &["audit", "export"],
    ] {
        let output = run(&[arguments, &["--journal", &path]].concat(), "");
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains("expected a journal, found no file"), "{arguments:?}");
        let output = run(arguments, "");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains("COUNTERSIGN_JOURNAL"), "{}", stderr(&output));
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn what_is_no_journal_says_so_by_its_code() {
    let folder = tempfile::tempdir().unwrap();
    let path = private_file(folder.path(), "notes.txt", &"no journal. ".repeat(1_000));
    let output = run(&["swaps", "list", "--json", "--journal", &path], "");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(report(&output)["code"], "corrupted");
}

#[test]
fn a_password_is_never_shown() {
    for url in [
        "postgres://user:SECRET42@127.0.0.1:1/journal",
        "postgres://user:SECRET42@127.0.0.1:x/journal",
        "mysql://user:SECRET42@127.0.0.1:1/journal",
        "postgres://user:SECRET42@@/journal?sslmode=perhaps",
    ] {
        let output = run(&["-vvv", "swaps", "list", "--json", "--journal", url], "");
        assert!(matches!(output.status.code(), Some(1 | 2)), "{}", stderr(&output));
        let all = format!("{}{}", stdout(&output), stderr(&output));
        assert!(!all.contains("SECRET42"), "{all}");
        assert!(all.contains("error"), "{all}");
    }
}
