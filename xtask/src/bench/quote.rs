//! What the proof of a quote may cost, beside what its signature costs.

use super::judged::Judged;
use super::medians::Medians;

/// The kinds of quotes that are measured.
const KINDS: [&str; 3] = ["deposit", "price", "status"];
/// What is measured for each.
const MEASURES: [&str; 2] = ["prove", "raw_verify"];
/// How many verifications of a signature a proof may cost.
const VERIFICATIONS: f64 = 1.5;

/// Names all that the benchmark measures.
pub(super) fn names() -> Vec<String> {
    KINDS.into_iter().flat_map(|kind| MEASURES.map(|what| format!("{kind} {what}"))).collect()
}

/// Says what each measure costs.
pub(super) fn describe(medians: &Medians) -> Vec<String> {
    let of_kind = |kind| {
        let costs = MEASURES.map(|what| {
            format!("{what} {:.2} µs", medians.get(&format!("{kind} {what}")) / 1_000.0)
        });
        format!("median {kind} {}", costs.join(", "))
    };
    KINDS.into_iter().map(of_kind).collect()
}

/// Compares what was measured with what it may cost.
pub(super) fn judge(medians: &Medians) -> Vec<Judged> {
    let of_kind = |kind| {
        let [prove, verify] = MEASURES.map(|what| medians.get(&format!("{kind} {what}")));
        let name = format!("ratio {kind} prove / verify");
        Judged { name, value: prove / verify, limit: VERIFICATIONS }
    };
    KINDS.into_iter().map(of_kind).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn medians(price: f64) -> Medians {
        let cost = |name: &str| match name {
            "price prove" => price,
            _ if name.ends_with("prove") => 42_000.0,
            _ => 28_000.0,
        };
        let names = names();
        let lines = names.iter().map(|name| format!("{name} {}\n", cost(name)));
        Medians::read(&lines.collect::<String>(), &names).unwrap()
    }

    #[test]
    fn a_proof_costs_half_a_verification_more_at_most() {
        let missed = |price| {
            let judged = judge(&medians(price));
            assert_eq!(judged.len(), 3);
            judged.iter().filter(|one| !one.holds()).map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(missed(42_000.0), Vec::<String>::new());
        assert_eq!(missed(43_400.0), ["ratio price prove / verify 1.550 1.50 short"]);
    }

    #[test]
    fn says_what_it_costs() {
        let lines = describe(&medians(35_000.0));
        assert_eq!(lines[1], "median price prove 35.00 µs, raw_verify 28.00 µs");
    }
}
