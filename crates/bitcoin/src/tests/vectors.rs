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
    match line["expect"].as_str().unwrap() {
        "sign" => assert!(judged.is_ok(), "{id}: {}", judged.unwrap_err()),
        _ => {
            let Err(VerifyError::Refused(refusal)) = judged else {
                panic!("{id}: expected a refusal, found {judged:?}");
            };
            let listed = line["reason_codes_ok"].as_array().cloned().unwrap_or_default();
            let codes: Vec<&str> =
                refusal.violations().iter().map(|violation| violation.code.as_str()).collect();
            let taken =
                |code: &&str| line["reason_code"] == **code || listed.iter().any(|ok| ok == code);
            assert!(codes.iter().any(|code| taken(&code)), "{id}: {refusal}");
        }
    }
}

#[test]
fn every_line_gets_its_verdict() {
    let lines: Vec<Value> = lines().collect();
    assert!(lines.len() >= 69);
    lines.iter().for_each(|line| check(line, &terms::read(&line["terms"])));
}

#[test]
fn every_line_gets_its_verdict_without_what_follows_from_its_terms() {
    for line in lines() {
        let mut terms = terms::read(&line["terms"]);
        terms.htlc.derived = DerivedHtlc::default();
        check(&line, &terms);
    }
}
