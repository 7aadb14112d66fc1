//! Lines of quotes, of deposits of our own and of NEAR intents.

use serde_json::Value;

use super::*;

const QUOTES: &str = include_str!("../../../../../tests/vectors/quotes.jsonl");
const INTENTS: &str = include_str!("../../../../../tests/vectors/intents.jsonl");

/// What a line expects, if it gets something else.
fn surprise(line: &str, vector: &Value) -> Option<String> {
    let verdict = check_line(line, UnixSeconds::new(0));
    let found = serde_json::to_value(&verdict).unwrap();
    let holds = match verdict.outcome() {
        Outcome::Sign { statement, .. } => {
            vector["expect"] == "sign"
                && found["digest"] == vector["digest"]
                && statement.lines().len() > 4
        }
        // The first violation is the reason.
        Outcome::Refuse { violations, .. } => {
            vector["expect"] == "refuse"
                && codes(vector).contains(&violations.first().unwrap().code.as_str())
        }
        Outcome::Invalid { .. } => false,
    };
    (!holds).then(|| {
        let members = ["expect", "digest", "reason_code", "reason_codes_ok"];
        format!("{members:?}: {:?}\n  {found}", members.map(|member| &vector[member]))
    })
}

/// Judges every line; returns how many would be signed and how many are refused.
fn judge_file(file: &str) -> (usize, usize) {
    let vectors: Vec<Value> =
        file.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let surprises = file.lines().zip(&vectors).filter_map(|(line, vector)| surprise(line, vector));
    let surprises: Vec<String> = surprises.collect();
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
    let (refused, signed): (Vec<_>, Vec<_>) =
        vectors.iter().partition(|vector| vector["expect"] == "refuse");
    for vector in &refused {
        let twin = vectors.iter().find(|twin| twin["id"] == vector["honest_id"]);
        assert!(twin.is_some_and(|twin| twin["expect"] == "sign"), "{}", vector["id"]);
    }
    (signed.len(), refused.len())
}

#[test]
fn every_quote_gets_the_verdict_that_it_expects() {
    let (signed, refused) = judge_file(QUOTES);
    assert!(signed > 8 && refused > 90, "{signed} signed, {refused} refused");
}

#[test]
fn every_intent_gets_the_verdict_that_it_expects() {
    let (signed, refused) = judge_file(INTENTS);
    assert!(signed > 6 && refused > 80, "{signed} signed, {refused} refused");
}
