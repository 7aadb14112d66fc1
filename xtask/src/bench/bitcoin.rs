//! What a PSBT may cost, beside what its signatures cost.

use super::fit::{Fit, steps};
use super::judged::Judged;
use super::medians::Medians;

/// The kinds of coins that are measured.
const KINDS: [&str; 2] = ["p2wpkh", "p2tr"];
/// What is measured for each.
const MEASURES: [&str; 6] =
    ["approve", "verify", "psbt_sign", "raw_sighash", "raw_sign", "raw_check"];
/// How many inputs the PSBTs have.
const SIZES: [u32; 3] = [10, 100, 1_000];

/// Names all that the benchmark measures, in nanoseconds: `p2tr approve 100`.
pub(super) fn names() -> Vec<String> {
    let all = KINDS.into_iter().flat_map(|kind| MEASURES.map(|what| (kind, what)));
    all.flat_map(|(kind, what)| SIZES.map(|size| format!("{kind} {what} {size}"))).collect()
}

/// Returns what PSBTs of each size cost, in microseconds.
fn points(medians: &Medians, kind: &str, measure: &str) -> Vec<(f64, f64)> {
    let median = |size| medians.get(&format!("{kind} {measure} {size}"));
    SIZES.iter().map(|&size| (f64::from(size), median(size) / 1_000.0)).collect()
}

/// Says what each measure costs: fixed, for each input, and from size to size.
pub(super) fn describe(medians: &Medians) -> Vec<String> {
    let all = KINDS.into_iter().flat_map(|kind| MEASURES.map(|what| (kind, what)));
    all.map(|(kind, what)| {
        let points = points(medians, kind, what);
        let Fit { fixed, slope } = Fit::new(&points);
        let steps: Vec<String> = steps(&points).iter().map(|step| format!("{step:.2}")).collect();
        format!("fit {kind} {what} {fixed:.2} + {slope:.2} n µs, steps {}", steps.join(" "))
    })
    .collect()
}

/// Compares what was measured with what it may cost.
pub(super) fn judge(medians: &Medians) -> Vec<Judged> {
    KINDS.into_iter().flat_map(|kind| judge_kind(medians, kind)).collect()
}

fn judge_kind(medians: &Medians, kind: &'static str) -> [Judged; 4] {
    let fit = |measure| Fit::new(&points(medians, kind, measure));
    let slope = |measure| fit(measure).slope;
    let approve = fit("approve");
    let least = slope("raw_sighash") + slope("raw_sign") + slope("raw_check");
    let steps = steps(&points(medians, kind, "approve"));
    let (most, fewest) =
        (steps.iter().copied().fold(0.0, f64::max), steps.iter().copied().fold(f64::NAN, f64::min));
    let ratio = |what, value, limit| Judged { name: format!("ratio {kind} {what}"), value, limit };
    [
        ratio("approve / (sighash + sign + check)", approve.slope / least, 1.5),
        ratio("verify / sign", slope("verify") / slope("raw_sign"), 0.25),
        ratio("steeper / flatter step", most / fewest, 1.2),
        Judged { name: format!("fixed µs {kind}"), value: approve.fixed, limit: 120.0 },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn medians(cost: impl Fn(&str, f64) -> f64) -> Medians {
        let names = names();
        let line = |name: &String| {
            let [_, what, size] = name.split(' ').collect::<Vec<_>>().try_into().unwrap();
            format!("{name} {:.0}\n", 1_000.0 * cost(what, size.parse().unwrap()))
        };
        Medians::read(&names.iter().map(line).collect::<String>(), &names).unwrap()
    }

    fn honest(what: &str, n: f64) -> f64 {
        match what {
            "approve" => 100.0 + 65.0 * n,
            "verify" => 50.0 + 8.0 * n,
            "raw_sighash" => 1.0 * n,
            "raw_sign" => 36.0 * n,
            "raw_check" => 21.0 * n,
            _ => 31.0 * n,
        }
    }

    /// Returns the targets of one kind that are missed.
    fn missed(cost: impl Fn(&str, f64) -> f64) -> Vec<String> {
        let judged = judge(&medians(cost));
        assert_eq!(judged.len(), 8);
        let missed = judged.iter().take(4).filter(|judged| !judged.holds());
        missed.map(|judged| judged.name.clone()).collect()
    }

    #[test]
    fn each_target_is_met_up_to_its_limit() {
        assert_eq!(missed(honest), Vec::<String>::new());
        let changed = |name: &'static str, change: fn(f64, f64) -> f64| {
            missed(move |what, n| {
                let cost = honest(what, n);
                if what == name { change(cost, n) } else { cost }
            })
        };
        let slower = changed("approve", |cost, n| cost + 23.0 * n);
        assert_eq!(slower, ["ratio p2wpkh approve / (sighash + sign + check)"]);
        assert_eq!(changed("verify", |cost, n| cost + 1.5 * n), ["ratio p2wpkh verify / sign"]);
        assert_eq!(changed("approve", |cost, _| cost + 30.0), ["fixed µs p2wpkh"]);
        let curved = changed("approve", |cost, n| if n > 500.0 { cost * 1.25 } else { cost });
        assert_eq!(curved, ["ratio p2wpkh steeper / flatter step"]);
    }
}
