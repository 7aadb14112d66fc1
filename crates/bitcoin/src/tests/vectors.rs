use countersign_approval::{DerivedHtlc, HtlcTerms};
use serde_json::Value;

use super::terms::{self, NOW, no_facts};
use crate::{PsbtPayload, VerifyError, judge};

const REFUSE: &str = include_str!("../../../../tests/vectors/refuse.jsonl");

pub(super) fn lines() -> impl Iterator<Item = Value> {
    let lines = REFUSE.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["chain"] == "bitcoin")
}

fn check(line: &Value, terms: &HtlcTerms) {
    let payload = PsbtPayload::new(line["payload"].to_string());
    let judged = judge(&payload, terms, &no_facts(), NOW);
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
    assert!(lines.len() >= 69);
    for line in &lines {
        check(line, &terms::read(&line["terms"]));
    }
}

#[test]
fn every_line_gets_its_verdict_without_what_follows_from_its_terms() {
    for line in lines() {
        let mut terms = terms::read(&line["terms"]);
        terms.htlc.derived = DerivedHtlc::default();
        check(&line, &terms);
    }
}
