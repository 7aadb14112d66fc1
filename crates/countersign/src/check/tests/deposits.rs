//! Lines of quotes, of deposits of our own and of NEAR intents.

use serde_json::Value;

use super::*;

const QUOTES: &str = include_str!("../../../../../tests/vectors/quotes.jsonl");
const DEPOSITS: &str = include_str!("../../../../../tests/vectors/deposits.jsonl");
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
                && vector["reason_code"] == violations.first().unwrap().code.as_str()
        }
        Outcome::Invalid { .. } => false,
    };
    (!holds).then(|| {
        let members = ["expect", "digest", "reason_code"];
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

#[test]
fn every_deposit_gets_the_verdict_that_it_expects() {
    let (signed, refused) = judge_file(DEPOSITS);
    assert!(signed > 15 && refused > 200, "{signed} signed, {refused} refused");
}

/// The honest line of a file.
fn honest(file: &str, id: &str) -> Value {
    let lines = file.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.into_iter().find(|line| line["id"] == id).unwrap()
}

#[test]
fn terms_that_cannot_be_read_make_a_line_invalid() {
    for (file, id, member, value) in [
        (QUOTES, "quote-honest", "/terms/swapType", "ANY_INPUT"),
        (QUOTES, "quote-honest", "/terms/amount", "1.5"),
        (QUOTES, "quote-honest", "/terms/slippageTolerance", "10001"),
        (QUOTES, "quote-honest", "/terms/deadline", "soon"),
        (QUOTES, "quote-honest", "/terms/keys/0", "ed25519:11111111111111111111111111111111"),
        (INTENTS, "near-honest-nep413", "/terms/key", "ed25519:1"),
        (INTENTS, "near-honest-nep413", "/terms/standard", "erc191"),
        (INTENTS, "near-honest-nep413", "/terms/salts/0", "2528"),
        (INTENTS, "near-honest-by-a-quote", "/quote/terms/min_amount_out", "-1"),
        (INTENTS, "near-honest-by-a-quote", "/quote", "none"),
        (DEPOSITS, "deposit-evm-honest-native", "/terms/network", "doge"),
        (DEPOSITS, "deposit-evm-honest-native", "/terms/owner", "0x1"),
        (DEPOSITS, "deposit-evm-honest-with-facts", "/require_facts/0", "mint"),
        (DEPOSITS, "deposit-evm-honest-with-facts", "/facts/simulation", "fine"),
        (DEPOSITS, "deposit-bitcoin-honest", "/terms/bitcoin_network", "main"),
        (DEPOSITS, "deposit-bitcoin-honest", "/terms/max_fee_sats", "2100000000000001"),
        (DEPOSITS, "deposit-solana-honest-token", "/terms/mint", "USDC"),
        (DEPOSITS, "deposit-tron-honest-token", "/terms/token", "USDT"),
    ] {
        let mut line = honest(file, id);
        *line.pointer_mut(member).unwrap() = value.into();
        let verdict = check_line(&line.to_string(), UnixSeconds::new(0));
        assert!(matches!(verdict.outcome(), Outcome::Invalid { .. }), "{member}: {verdict:?}");
    }
}

#[test]
fn a_payload_that_cannot_be_read_is_refused_and_never_a_crash() {
    let broken =
        ["null", "[]", "{}", "0", "\"\"", r#"{"transaction":null}"#, r#"{"transaction":"AA=="}"#];
    for (file, ids) in [
        (QUOTES, vec!["quote-honest"]),
        (INTENTS, vec!["near-honest-nep413", "near-honest-by-a-quote"]),
        (
            DEPOSITS,
            vec![
                "deposit-evm-honest-native",
                "deposit-tron-honest-native",
                "deposit-bitcoin-honest",
                "deposit-solana-honest-token",
                "deposit-evm-honest-by-a-quote",
            ],
        ),
    ] {
        for (id, payload) in ids.iter().flat_map(|id| broken.map(|payload| (id, payload))) {
            let mut line = honest(file, id);
            line["payload"] = serde_json::from_str(payload).unwrap();
            let verdict = check_line(&line.to_string(), UnixSeconds::new(0));
            assert!(matches!(verdict.outcome(), Outcome::Refuse { .. }), "{payload}: {verdict:?}");
        }
    }
}

#[test]
fn what_a_line_says_names_no_swap() {
    for (file, id) in [(QUOTES, "quote-honest"), (INTENTS, "near-honest-by-a-quote")] {
        let verdict = check_line(&honest(file, id).to_string(), UnixSeconds::new(0));
        let Outcome::Sign { statement, .. } = verdict.outcome() else { panic!("{verdict:?}") };
        let labels: Vec<_> = statement.lines().iter().map(|line| line.label.as_str()).collect();
        assert!(labels.contains(&"recipient") && !labels.contains(&"swap"), "{labels:?}");
    }
}

#[test]
fn every_member_of_terms_and_facts_is_documented() {
    let documented = include_str!("../../../../../docs/check-format.md");
    for line in [QUOTES, DEPOSITS, INTENTS].into_iter().flat_map(str::lines) {
        let line: Value = serde_json::from_str(line).unwrap();
        for part in ["/terms", "/quote/terms", "/facts"] {
            let Some(members) = line.pointer(part).and_then(Value::as_object) else { continue };
            for member in members.keys() {
                let is_named = documented.contains(&format!("`{member}`"));
                assert!(is_named, "{}: {part}/{member}", line["id"]);
            }
        }
    }
}
