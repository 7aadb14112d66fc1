use super::*;

const NOW: UnixSeconds = UnixSeconds::new(1_795_248_000);
const VECTORS: &str = include_str!("../../../../tests/vectors/refuse.jsonl");

/// Lines of one chain, with what they expect.
fn lines(chain: &str) -> impl Iterator<Item = (&'static str, serde_json::Value)> {
    VECTORS
        .lines()
        .map(|line| (line, serde_json::from_str::<serde_json::Value>(line).unwrap()))
        .filter(move |(_, json)| json["chain"] == chain)
}

/// The codes that a vector takes as the reason of its refusal.
fn codes(vector: &serde_json::Value) -> Vec<&str> {
    match vector["reason_codes_ok"].as_array() {
        Some(codes) => codes.iter().filter_map(|code| code.as_str()).collect(),
        None => vec![vector["reason_code"].as_str().unwrap()],
    }
}

#[test]
fn every_evm_vector_gets_the_verdict_that_it_expects() {
    let (mut signed, mut refused) = (0, 0);
    for (line, vector) in lines("evm") {
        let verdict = check_line(line, NOW);
        match verdict.outcome() {
            Outcome::Sign { .. } => {
                assert_eq!(vector["expect"], "sign", "{}: {}", verdict.id(), vector["reason"]);
                signed += 1;
            }
            Outcome::Refuse { violations, .. } => {
                assert_eq!(vector["expect"], "refuse", "{}: {violations:?}", verdict.id());
                let right = violations
                    .iter()
                    .any(|violation| codes(&vector).contains(&violation.code.as_str()));
                assert!(
                    right,
                    "{}: expected {:?}, found {violations:#?}",
                    verdict.id(),
                    codes(&vector)
                );
                refused += 1;
            }
            Outcome::Invalid { error } => panic!("{}: {error}", verdict.id()),
        }
    }
    assert!(signed > 40 && refused > 100, "{signed} signed, {refused} refused");
}
