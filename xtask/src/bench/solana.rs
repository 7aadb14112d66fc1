//! What a transaction that we co-sign may cost, beside what its signatures cost.

use super::judged::Judged;
use super::medians::Medians;

/// The kinds of transactions that are measured; `facts` is `spl` with all facts of the cluster.
const KINDS: [&str; 4] = ["spl", "native", "token_2022", "facts"];
/// What is measured for each.
const MEASURES: [&str; 4] = ["verify", "approve", "raw_sign", "raw_verify"];
/// What is measured of ten thousand in a row.
const THROUGHPUT: [&str; 5] = ["cores", "one", "one_cpu", "all", "all_cpu"];

/// Names all that the benchmark measures.
pub(super) fn names() -> Vec<String> {
    let medians = KINDS.into_iter().flat_map(|kind| MEASURES.map(|what| format!("{kind} {what}")));
    medians.chain(THROUGHPUT.map(|what| format!("throughput {what}"))).collect()
}

/// Says what each measure costs, and how many transactions there are a second.
pub(super) fn describe(medians: &Medians) -> Vec<String> {
    let of_kind = |kind| {
        let costs = MEASURES.map(|what| {
            format!("{what} {:.2} µs", medians.get(&format!("{kind} {what}")) / 1_000.0)
        });
        format!("median {kind} {}", costs.join(", "))
    };
    KINDS.into_iter().map(of_kind).chain(throughput(medians)).collect()
}

fn throughput(medians: &Medians) -> [String; 3] {
    let value = |what| medians.get(&format!("throughput {what}"));
    let line = |cores, clock, threads| {
        format!("throughput cores {cores} {clock:.0} /s, {threads:.0} a second of thread time")
    };
    let (one, one_cpu) = (value("one"), value("one_cpu"));
    let (cores, all, all_cpu) = (value("cores"), value("all"), value("all_cpu"));
    let (clock, threads) = (all / one, cores * all_cpu / one_cpu);
    [
        line(1.0, one, one_cpu),
        line(cores, all, all_cpu),
        format!("scaling cores {cores} {clock:.2} by the clock, {threads:.2} by thread time"),
    ]
}

/// Compares what was measured with what it may cost.
pub(super) fn judge(medians: &Medians) -> Vec<Judged> {
    KINDS.into_iter().flat_map(|kind| judge_kind(medians, kind)).collect()
}

/// Two signatures are verified: the sponsor's and our own.
fn judge_kind(medians: &Medians, kind: &str) -> [Judged; 2] {
    let [verify, approve, raw_sign, raw_verify] =
        MEASURES.map(|what| medians.get(&format!("{kind} {what}")));
    let ratio = |what, value, limit| Judged { name: format!("ratio {kind} {what}"), value, limit };
    [
        ratio("verify / sign", verify / raw_sign, 0.5),
        ratio(
            "approve / (sign + 2 verify)",
            approve / (2.0_f64.mul_add(raw_verify, raw_sign)),
            1.3,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn medians(cost: impl Fn(&str) -> f64) -> Medians {
        let names = names();
        let lines = names.iter().map(|name| format!("{name} {}\n", cost(name)));
        Medians::read(&lines.collect::<String>(), &names).unwrap()
    }

    fn honest(name: &str) -> f64 {
        match name {
            "throughput cores" => 4.0,
            "throughput one" => 10_000.0,
            "throughput all" => 35_000.0,
            "throughput one_cpu" => 12_500.0,
            "throughput all_cpu" => 12_000.0,
            _ if name.ends_with(" verify") => 6_000.0,
            _ if name.ends_with(" approve") => 91_000.0,
            _ if name.ends_with(" raw_sign") => 12_000.0,
            _ => 29_000.0,
        }
    }

    /// Returns the targets that are missed where one measure costs something else.
    fn missed(name: &'static str, cost: f64) -> Vec<String> {
        let judged = judge(&medians(|other| if other == name { cost } else { honest(other) }));
        assert_eq!(judged.len(), 8);
        judged.iter().filter(|judged| !judged.holds()).map(ToString::to_string).collect()
    }

    #[test]
    fn each_target_is_met_up_to_its_limit() {
        assert_eq!(missed("spl verify", 6_000.0), Vec::<String>::new());
        assert_eq!(missed("spl verify", 6_120.0), ["ratio spl verify / sign 0.510 0.50 short"]);
        assert_eq!(
            missed("native approve", 92_400.0),
            ["ratio native approve / (sign + 2 verify) 1.320 1.30 short"]
        );
    }

    #[test]
    fn says_what_it_costs_and_how_it_scales() {
        let lines = describe(&medians(honest));
        assert_eq!(lines.len(), 7);
        assert_eq!(
            lines[0],
            "median spl verify 6.00 µs, approve 91.00 µs, raw_sign 12.00 µs, raw_verify 29.00 µs"
        );
        assert_eq!(
            lines[4..],
            [
                "throughput cores 1 10000 /s, 12500 a second of thread time",
                "throughput cores 4 35000 /s, 12000 a second of thread time",
                "scaling cores 4 3.50 by the clock, 3.84 by thread time",
            ]
        );
    }
}
