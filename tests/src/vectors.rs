use std::collections::BTreeSet;

use serde_json::Value;

const VECTORS: &str = include_str!("../vectors/refuse.jsonl");

/// Returns the codes that the test vectors of a kind take as the reason of a refusal. Empty for a
/// kind that no vector has.
///
/// # Panics
///
/// Panics if a vector is no JSON, or has no reason.
pub fn codes_of_kind(kind: &str) -> BTreeSet<String> {
    let vectors = VECTORS.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let refused = |vector: &Value| {
        vector["chain"] == "evm" && vector["expect"] == "refuse" && kind_of(vector) == kind
    };
    vectors.filter(refused).flat_map(|vector| codes_of(&vector)).collect()
}

/// Returns a vector's id without chain, number and form: `evm-new-5-api-x-wts-narrow` is of kind
/// `wts-narrow`, and `evm-deadline-zero-api` of kind `deadline-zero`.
fn kind_of(vector: &Value) -> &str {
    let id = vector["id"].as_str().unwrap();
    let id = id.split_once("-x-").map_or(id, |(_, kind)| kind);
    id.trim_start_matches("evm-").trim_end_matches("-api")
}

fn codes_of(vector: &Value) -> Vec<String> {
    let text = |code: &Value| code.as_str().unwrap().to_owned();
    match vector["reason_codes_ok"].as_array() {
        Some(codes) => codes.iter().map(text).collect(),
        None => vec![text(&vector["reason_code"])],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_kind_by_any_form_of_its_id() {
        for (kind, code) in [
            ("deadline-zero", "deadline"),
            ("wts-narrow", "witness_type_string"),
            ("spender-and-params-escrow-swapped", "spender"),
        ] {
            assert_eq!(codes_of_kind(kind), BTreeSet::from([code.to_owned()]), "{kind}");
        }
        assert!(codes_of_kind("no-such-kind").is_empty());
    }
}
