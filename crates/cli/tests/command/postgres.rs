//! A journal in a Postgres of its own.

use std::process::Stdio;

use countersign_testkit::Cluster;

use crate::means::{Means, lines};
use crate::{json, private_file, run, stderr, stdout};

/// Makes a database, and returns its URL with a password, which nothing may show.
fn journal_in(cluster: &Cluster) -> String {
    cluster.new_database().replacen("journal@", "journal:SECRET42@", 1)
}

#[test]
fn two_processes_share_a_batch() {
    let Some(cluster) = Cluster::start() else { return };
    let means = Means::over(tempfile::tempdir().unwrap(), journal_in(&cluster));
    let recipient = means.server.option("Ethereum", "--recipient");
    let line = |number: usize| {
        format!(
            "{{\"key\":\"order-{number}\",\"from\":\"USDC@ethereum\",\"to\":\"SOL@solana\",\
             \"amount\":\"1\",\"recipient\":\"{recipient}\"}}\n"
        )
    };
    let text: String = (0..8).map(line).collect();
    let path = private_file(means.folder.path(), "batch.jsonl", &text);
    let begin = || {
        let mut batch = means.command(&["swap", "--batch", &path, "--json", "-vv"]);
        batch.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let (one, other) = (begin(), begin());
    let mut seen = Vec::new();
    for output in [one, other].map(|child| child.wait_with_output().unwrap()) {
        assert_eq!(output.status.code(), Some(0), "{}\n{}", stderr(&output), stdout(&output));
        assert!(!stderr(&output).contains("SECRET42"), "{}", stderr(&output));
        let mut ids: Vec<_> =
            lines(&output).iter().map(|line| line["swap_id"].to_string()).collect();
        ids.sort();
        seen.push(ids);
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!((seen[0].len(), means.count("finished")), (8, 8));
}

#[test]
fn a_journal_in_postgres_is_shown_and_proven() {
    let Some(cluster) = Cluster::start() else { return };
    let means = Means::over(tempfile::tempdir().unwrap(), journal_in(&cluster));
    let output = means.swap("Ethereum", "order-1", &["--timeout", "0"]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    let output = means.run(&["resume"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(means.show("order-1")["state"], "finished");
    let file = private_file(means.folder.path(), "where", &means.journal);
    let at = ["--journal-file", file.as_str()];
    let key = means.folder.path().join("audit.pem").display().to_string();
    let public_key = run(&["audit", "keygen", "--out", &key], "");
    let public_key = stdout(&public_key).trim().to_owned();
    let output = run(&[&["audit", "checkpoint", "--key", &key], &at[..]].concat(), "");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let verify = ["audit", "verify", "--public-key", &public_key];
    let output = run(&[&verify, &at[..]].concat(), "");
    assert_eq!(output.status.code(), Some(0), "{}{}", stderr(&output), stdout(&output));
    // Gone, which is told by its code and without the URL.
    drop(cluster);
    let output = run(&[&["swaps", "list", "--json"], &at[..]].concat(), "");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(json(&output)["code"], "gone");
    assert!(!stderr(&output).contains("SECRET42"), "{}", stderr(&output));
}
