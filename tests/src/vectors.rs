use std::collections::BTreeSet;

use serde_json::Value;

const VECTORS: &str = include_str!("../vectors/refuse.jsonl");

/// Returns the codes that the test vectors of a kind take as the reason of a refusal: those in a
/// form (`api` or `typed_data`), or those in the other form where there are none. Empty for a kind
/// that no vector has.
///
/// # Panics
///
/// Panics if a vector is no JSON, or has no reason.
pub fn codes_of_kind(kind: &str, form: &str) -> BTreeSet<String> {
    let vectors = VECTORS.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let refused = |vector: &Value| {
        vector["chain"] == "evm" && vector["expect"] == "refuse" && kind_of(vector) == kind
    };
    let (same, other): (Vec<_>, Vec<_>) =
        vectors.filter(refused).partition(|vector| vector["form"] == form);
    let vectors = if same.is_empty() { other } else { same };
    vectors.iter().flat_map(codes_of).collect()
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
        for (kind, form, code) in [
            ("deadline-zero", "api", "deadline"),
            ("wts-narrow", "typed_data", "witness_type_string"),
            ("permit-batch-instead", "typed_data", "primary_type"),
            ("spender-and-params-escrow-swapped", "api", "spender"),
        ] {
            assert_eq!(codes_of_kind(kind, form), BTreeSet::from([code.to_owned()]), "{kind}");
        }
        assert!(codes_of_kind("permit-batch-instead", "api").contains("type_injection"));
        assert!(codes_of_kind("no-such-kind", "api").is_empty());
    }
}
