//! One journal with swaps of several APIs: each is carried on by its own.

use std::fs;
use std::process::{Output, Stdio};
use std::time::Duration;

use crate::means::{Means, lines, signal};
use crate::{json, run, stderr, stdout};

const APIS: [&str; 3] = ["defi", "oneclick", "aurora"];

/// Returns the options of an API of the sandbox.
fn of(means: &Means, api: &str) -> Vec<String> {
    let url = means.server.option("Ethereum", "--api-url");
    let (url, key) = match api {
        "defi" => (url, "api-key".to_owned()),
        _ => (format!("{url}/{api}"), format!("{api}-key")),
    };
    let key = means.server.path(&key);
    ["--api-url".to_owned(), format!("{api}={url}")]
        .into_iter()
        .chain(["--api-key-file".to_owned(), format!("{api}={key}")])
        .collect()
}

/// Begins a swap with each API, and leaves it open. Its key is the API's name, and what follows it.
fn begin(means: &Means, apis: &[&str], suffix: &str) {
    for api in apis {
        let options = of(means, api);
        let mut words = vec!["--api", *api, "--timeout", "0"];
        words.extend(options.iter().map(String::as_str));
        let output = means.swap("Ethereum", &format!("{api}{suffix}"), &words);
        assert_eq!(output.status.code(), Some(4), "{api}: {}", stderr(&output));
    }
}

/// Runs a command that knows of the DeFi API, and of others too.
fn with(means: &Means, words: &[&str], others: &[&str]) -> Output {
    let options: Vec<String> = others.iter().flat_map(|api| of(means, api)).collect();
    let options = options.iter().map(String::as_str);
    means.run(&words.iter().copied().chain(options).collect::<Vec<_>>())
}

fn pause(means: &Means, is_paused: bool) {
    let policy = means.server.path("policy.toml");
    let text = fs::read_to_string(&policy).unwrap();
    let (from, to) = (format!("paused = {}", !is_paused), format!("paused = {is_paused}"));
    assert!(text.contains(&from));
    fs::write(&policy, text.replacen(&from, &to, 1)).unwrap();
}

#[test]
fn one_command_carries_them_all_on() {
    let means = Means::new();
    begin(&means, &APIS, "");
    // What is not known of is said with what to add, and left as it is.
    let output = with(&means, &["resume", "--json"], &["oneclick"]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    let told = lines(&output);
    assert_eq!(told.last().unwrap()["sum"], "2 finished, 1 error");
    let lost: Vec<_> = told.iter().filter(|line| line["code"] == "api").collect();
    assert_eq!(lost.len(), 1, "{told:?}");
    let error = lost[0]["error"].as_str().unwrap();
    assert!(error.contains("found one of aurora; add --api-url aurora=URL"), "{error}");
    begin(&means, &["defi", "oneclick"], "-2");
    let output = with(&means, &["resume", "--json"], &["oneclick", "aurora"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(lines(&output).last().unwrap()["sum"], "3 finished");
    assert_eq!(means.count("finished"), 5);
}

#[test]
fn a_swap_that_is_named_needs_no_api_named() {
    let means = Means::new();
    pause(&means, true);
    begin(&means, &APIS, "");
    // What is missing is said, of the API that the swap was begun with.
    let output = means.run(&["cancel", "aurora"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    let told = "begun with aurora, whose options are --api-url aurora=URL and --api-key-file";
    assert!(stderr(&output).contains(told), "{}", stderr(&output));
    for api in ["oneclick", "aurora"] {
        let output = with(&means, &["cancel", api, "--json"], &[api]);
        assert_eq!(output.status.code(), Some(0), "{api}: {}", stderr(&output));
        assert_eq!(json(&output)["state"], "failed", "{api}");
    }
    pause(&means, false);
    let output = with(&means, &["resume", "defi", "--json"], &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(json(&output)["state"], "finished");
    // A deposit that is mined is too late to be cancelled, and goes on with its API.
    begin(&means, &["oneclick"], "-2");
    let output = with(&means, &["cancel", "oneclick-2", "--json"], &["oneclick"]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    assert_eq!(json(&output)["state"], "finished", "{}", stderr(&output));
    let output = means.run(&["resume", "nobody"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
}

#[test]
fn a_worker_that_knows_one_of_them_keeps_no_other_up() {
    let means = Means::new();
    let mut work = means.command(&["work"]);
    let work = work.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    begin(&means, &["oneclick", "aurora"], "");
    std::thread::sleep(Duration::from_secs(3));
    let options: Vec<String> =
        ["oneclick", "aurora"].iter().flat_map(|api| of(&means, api)).collect();
    let words: Vec<&str> = ["work"].into_iter().chain(options.iter().map(String::as_str)).collect();
    let mut right = means.command(&words);
    let right = right.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    begin(&means, &["defi"], "");
    let watch = ["swaps", "watch", "--interval", "0.1", "--journal", &means.journal];
    let output = run(&watch, "");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(means.count("finished"), 3);
    let ended = [work, right].map(|process| {
        signal(&process, "-INT");
        let output = process.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        output
    });
    // Each is told once, whatever the time.
    let told = stdout(&ended[0]).lines().filter(|line| line.contains("  error      api: "));
    assert_eq!(told.count(), 2, "{}", stdout(&ended[0]));
    assert_eq!(stdout(&ended[1]).matches("  error  ").count(), 0, "{}", stdout(&ended[1]));
}
