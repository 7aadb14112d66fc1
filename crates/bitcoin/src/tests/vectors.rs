use countersign_approval::{DerivedHtlc, HtlcTerms};
use serde_json::Value;

use super::terms::{self, NOW};
use crate::{PsbtPayload, VerifyError, judge};

const REFUSE: &str = include_str!("../../../../tests/vectors/refuse.jsonl");

const ATTACKS: &str = include_str!("../../../../tests/vectors/attacks-bitcoin.jsonl");

fn lines() -> impl Iterator<Item = Value> {
    let lines = REFUSE.lines().chain(ATTACKS.lines());
    let lines = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["chain"] == "bitcoin")
}

fn read(line: &Value) -> HtlcTerms {
    HtlcTerms { require_facts: terms::required(line), ..terms::read(&line["terms"]) }
}

fn check(line: &Value, terms: &HtlcTerms) {
    let payload = PsbtPayload::new(line["payload"].to_string());
    let judged = judge(&payload, terms, &terms::facts(line, terms), NOW);
    let id = &line["id"];
    if line["expect"] == "sign" {
        assert!(judged.is_ok(), "{id}: {}", judged.unwrap_err());
        return;
    }
    let Err(VerifyError::Refused(refusal)) = judged else {
        panic!("{id}: expected a refusal, found {judged:?}");
    };
    let others = line["reason_codes_ok"].as_array().cloned().unwrap_or_default();
    let is_taken =
        |code: &str| line["reason_code"] == code || others.iter().any(|other| other == code);
    let found = refusal.violations().iter().any(|violation| is_taken(violation.code.as_str()));
    assert!(found, "{id}: {refusal}");
}

#[test]
fn every_line_gets_its_verdict() {
    let lines: Vec<Value> = lines().collect();
    assert!(lines.len() >= 69 + 99);
    for line in &lines {
        check(line, &read(line));
    }
}

#[test]
fn every_line_gets_its_verdict_without_what_follows_from_its_terms() {
    for line in lines() {
        let mut terms = read(&line);
        // A line about such a member is about nothing without it.
        if line["id"].as_str().unwrap().ends_with("address-of-another-network") {
            continue;
        }
        terms.htlc.derived = DerivedHtlc::default();
        check(&line, &terms);
    }
}

#[test]
fn every_attack_has_an_honest_twin() {
    let all: Vec<Value> = lines().collect();
    for line in all.iter().filter(|line| line["id"].as_str().unwrap().starts_with("btc-attack")) {
        let twin = all.iter().find(|twin| twin["id"] == line["honest_id"]);
        assert_eq!(line["expect"] == "sign", twin.is_none(), "{}", line["id"]);
        assert!(twin.is_none_or(|twin| twin["expect"] == "sign"), "{}", line["id"]);
    }
}
