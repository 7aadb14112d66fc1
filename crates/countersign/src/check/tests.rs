use super::*;

mod deposits;

const NOW: UnixSeconds = UnixSeconds::new(1_795_248_000);
const REFUSE: &str = include_str!("../../../../tests/vectors/refuse.jsonl");
const ATTACKS: &str = include_str!("../../../../tests/vectors/attacks.jsonl");
const ATTACKS_BITCOIN: &str = include_str!("../../../../tests/vectors/attacks-bitcoin.jsonl");
const ATTACKS_SOLANA: &str = include_str!("../../../../tests/vectors/attacks-solana.jsonl");

/// Lines of one chain, with what they expect.
fn lines(chain: &str) -> impl Iterator<Item = (&'static str, serde_json::Value)> {
    [REFUSE, ATTACKS, ATTACKS_BITCOIN, ATTACKS_SOLANA]
        .into_iter()
        .flat_map(str::lines)
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
    let (signed, refused) = judge_all("evm");
    assert!(signed > 40 && refused > 100, "{signed} signed, {refused} refused");
}

#[test]
fn every_tron_vector_gets_the_verdict_that_it_expects() {
    let (signed, refused) = judge_all("tron");
    assert!(signed > 3 && refused > 40, "{signed} signed, {refused} refused");
}

#[test]
fn every_bitcoin_vector_gets_the_verdict_that_it_expects() {
    let (signed, refused) = judge_all("bitcoin");
    assert!(signed > 20 && refused > 140, "{signed} signed, {refused} refused");
}

#[test]
fn every_solana_vector_gets_the_verdict_that_it_expects() {
    let (signed, refused) = judge_all("solana");
    assert!(signed > 25 && refused > 180, "{signed} signed, {refused} refused");
}

#[test]
fn the_first_violation_of_a_refusal_is_its_reason() {
    let mut refused = 0_u32;
    for line in REFUSE.lines() {
        let vector: serde_json::Value = serde_json::from_str(line).unwrap();
        let Outcome::Refuse { violations, .. } = check_line(line, NOW).outcome().clone() else {
            continue;
        };
        let (taken, first) = (codes(&vector), violations.first().unwrap());
        assert!(taken.contains(&first.code.as_str()), "{}: {taken:?}: {first}", vector["id"]);
        refused = refused.saturating_add(1);
    }
    assert!(refused > 250, "{refused}");
}

#[test]
fn what_the_terms_of_an_htlc_derive_is_not_needed() {
    const DERIVED: [&str; 8] = [
        "kind",
        "address",
        "script_pubkey",
        "witness_script",
        "leaves",
        "merkle_root",
        "refund_control_block",
        "fast_refund_control_block",
    ];
    for (line, vector) in lines("bitcoin") {
        // A line about such a member is about nothing without it.
        if vector["id"].as_str().unwrap().ends_with("address-of-another-network") {
            continue;
        }
        let mut bare = vector.clone();
        let htlc = bare["terms"]["htlc"].as_object_mut().unwrap();
        htlc.retain(|member, _| !DERIVED.contains(&member.as_str()));
        let (whole, bare) = (check_line(line, NOW), check_line(&bare.to_string(), NOW));
        let signed = |verdict: &Verdict| matches!(verdict.outcome(), Outcome::Sign { .. });
        assert_eq!(signed(&whole), signed(&bare), "{}", whole.id());
    }
}

#[test]
fn refusals_on_tron_show_addresses_as_on_tron() {
    let is_evm = |word: &str| word.parse::<countersign_units::EvmAddress>().is_ok();
    let words = |text: &str| -> Vec<String> {
        text.split(|letter: char| !letter.is_alphanumeric()).map(str::to_owned).collect()
    };
    let mut refused = 0_u32;
    for (line, vector) in lines("tron") {
        let payload = words(&vector["payload"].to_string());
        let Outcome::Refuse { violations, .. } = check_line(line, NOW).outcome().clone() else {
            continue;
        };
        for violation in violations {
            let shown = [&violation.expected, &violation.found];
            let made_up = shown.into_iter().flat_map(|text| words(text));
            let made_up = made_up.filter(|word| is_evm(word) && !payload.contains(word));
            assert_eq!(made_up.collect::<Vec<_>>(), Vec::<String>::new(), "{violation}");
            refused = refused.saturating_add(1);
        }
    }
    assert!(refused > 50, "{refused}");
}

#[test]
fn every_refused_line_has_an_honest_twin_that_is_signed() {
    let vectors: Vec<_> =
        ["evm", "tron", "bitcoin", "solana"].into_iter().flat_map(lines).collect();
    for (_, refused) in vectors.iter().filter(|(_, vector)| vector["expect"] == "refuse") {
        let Some(twin) = refused["honest_id"].as_str() else { continue };
        let twin = vectors.iter().find(|(_, vector)| vector["id"] == twin);
        assert_eq!(twin.unwrap().1["expect"], "sign", "{}", refused["id"]);
    }
}

#[test]
fn a_line_is_one_object_with_a_payload() {
    let (honest, _) = lines("evm").next().unwrap();
    assert!(matches!(check_line(honest, NOW).outcome(), Outcome::Sign { .. }));
    let vector: serde_json::Value = serde_json::from_str(honest).unwrap();
    let array = serde_json::json!(["x", "evm", vector["terms"], vector["payload"], null, null]);
    assert!(matches!(check_line(&array.to_string(), NOW).outcome(), Outcome::Invalid { .. }));
    let mut without = vector.clone();
    without.as_object_mut().unwrap().remove("payload");
    assert!(matches!(check_line(&without.to_string(), NOW).outcome(), Outcome::Refuse { .. }));
}

/// Judges all lines of a chain; returns how many would be signed and how many are refused.
fn judge_all(chain: &str) -> (u32, u32) {
    let (mut signed, mut refused) = (0, 0);
    for (line, vector) in lines(chain) {
        let verdict = check_line(line, NOW);
        match verdict.outcome() {
            Outcome::Sign { .. } => {
                assert_eq!(vector["expect"], "sign", "{}: {}", verdict.id(), vector["reason"]);
                signed = u32::saturating_add(signed, 1);
            }
            Outcome::Refuse { violations, .. } => {
                assert_eq!(vector["expect"], "refuse", "{}: {violations:?}", verdict.id());
                let taken = codes(&vector);
                let right = violations.iter().any(|found| taken.contains(&found.code.as_str()));
                assert!(right, "{}: expected {taken:?}, found {violations:#?}", verdict.id());
                refused = u32::saturating_add(refused, 1);
            }
            Outcome::Invalid { error } => panic!("{}: {error}", verdict.id()),
        }
    }
    (signed, refused)
}
