use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::terms::{self, NOW};
use crate::{CosignPayload, VerifyError, judge};

const REFUSE: &str = include_str!("../../../../tests/vectors/refuse.jsonl");

const ATTACKS: &str = include_str!("../../../../tests/vectors/attacks-solana.jsonl");

/// The payload as it stands in the line, with what a reader of values would lose.
#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(borrow)]
    payload: &'a RawValue,
}

pub(super) struct Line {
    pub(super) value: Value,
    pub(super) payload: CosignPayload,
}

/// Reads every line about Solana.
pub(super) fn lines() -> impl Iterator<Item = Line> {
    let lines = REFUSE.lines().chain(ATTACKS.lines());
    let lines = lines.filter(|line| {
        line.contains(r#""chain": "solana""#) || line.contains(r#""chain":"solana""#)
    });
    lines.map(|line| Line {
        value: serde_json::from_str(line).unwrap(),
        payload: CosignPayload::new(serde_json::from_str::<Raw<'_>>(line).unwrap().payload.get()),
    })
}

/// Says what is wrong with the verdict of a line, if something is.
fn wrong(Line { value, payload }: &Line) -> Option<String> {
    let judged = judge(payload, &terms::read(value), &terms::facts(value), NOW);
    let id = &value["id"];
    if value["expect"] == "sign" {
        return judged.err().map(|error| format!("{id}: {error}"));
    }
    let Err(VerifyError::Refused(refusal)) = judged else {
        return Some(format!("{id}: expected a refusal, found {judged:?}"));
    };
    let others = value["reason_codes_ok"].as_array().cloned().unwrap_or_default();
    let is_taken =
        |code: &str| value["reason_code"] == code || others.iter().any(|other| other == code);
    let found = refusal.violations().iter().any(|violation| is_taken(violation.code.as_str()));
    (!found).then(|| format!("{id}: expected {}: {refusal}", value["reason_code"]))
}

#[test]
fn every_line_gets_its_verdict() {
    let lines: Vec<Line> = lines().collect();
    assert!(lines.len() >= 76 + 371, "{}", lines.len());
    let wrong: Vec<String> = lines.iter().filter_map(wrong).collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_refusal_has_an_honest_twin() {
    let all: Vec<Value> = lines().map(|line| line.value).collect();
    for line in all.iter().filter(|line| line["id"].as_str().unwrap().starts_with("sol-attack")) {
        let twin = all.iter().find(|twin| twin["id"] == line["honest_id"]);
        assert_eq!(line["expect"] == "sign", twin.is_none(), "{}", line["id"]);
        assert!(twin.is_none_or(|twin| twin["expect"] == "sign"), "{}", line["id"]);
    }
}
