//! What a PSBT may cost, beside what its signatures cost.

use std::collections::HashMap;
use std::fmt;

use super::BenchError;
use super::fit::{Fit, steps};

/// The kinds of coins that are measured.
const KINDS: [&str; 2] = ["p2wpkh", "p2tr"];
/// What is measured for each.
const MEASURES: [&str; 6] =
    ["approve", "verify", "psbt_sign", "raw_sighash", "raw_sign", "raw_check"];
/// How many inputs the PSBTs have.
const SIZES: [u32; 3] = [10, 100, 1_000];

/// The medians of a run, in nanoseconds, by kind, measure and size.
#[derive(Debug)]
pub(super) struct Medians(HashMap<(&'static str, &'static str, u32), f64>);

impl Medians {
    /// Reads lines of `p2tr approve 100 3500000`; each must be there once, and no other.
    ///
    /// # Errors
    ///
    /// Returns [`BenchError::Line`] for another line, and [`BenchError::NoLine`] for a missing one.
    pub(super) fn read(text: &str) -> Result<Self, BenchError> {
        let mut medians = HashMap::new();
        for line in text.lines() {
            let (key, median) = read(line).ok_or_else(|| BenchError::Line(line.to_owned()))?;
            if medians.insert(key, median).is_some() {
                return Err(BenchError::Line(line.to_owned()));
            }
        }
        for (kind, measure, size) in keys() {
            if !medians.contains_key(&(kind, measure, size)) {
                return Err(BenchError::NoLine { kind, measure, size });
            }
        }
        Ok(Self(medians))
    }

    fn points(&self, kind: &'static str, measure: &'static str) -> Vec<(f64, f64)> {
        let median = |size| self.0.get(&(kind, measure, size)).copied().unwrap_or(f64::NAN);
        SIZES.iter().map(|&size| (f64::from(size), median(size) / 1_000.0)).collect()
    }
}

fn keys() -> impl Iterator<Item = (&'static str, &'static str, u32)> {
    KINDS.into_iter().flat_map(|kind| {
        MEASURES.into_iter().flat_map(move |what| SIZES.map(move |size| (kind, what, size)))
    })
}

fn read(line: &str) -> Option<((&'static str, &'static str, u32), f64)> {
    let (key, median) = line.rsplit_once(' ')?;
    let same = |(kind, what, size): &(&str, &str, u32)| format!("{kind} {what} {size}") == key;
    let median: f64 = median.parse().ok()?;
    keys().find(same).filter(|_| median.is_finite() && median > 0.0).map(|key| (key, median))
}

/// A target and what was measured.
#[derive(Debug)]
pub(super) struct Judged {
    name: String,
    value: f64,
    limit: f64,
}

impl Judged {
    /// Says whether the target is met.
    pub(super) fn holds(&self) -> bool {
        self.value.is_finite() && self.value <= self.limit
    }
}

impl fmt::Display for Judged {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, value, limit } = self;
        let verdict = if self.holds() { "ok" } else { "short" };
        write!(formatter, "{name} {value:.3} {limit:.2} {verdict}")
    }
}

/// Says what each measure costs: fixed, for each input, and from size to size.
pub(super) fn describe(medians: &Medians) -> Vec<String> {
    let all = KINDS.into_iter().flat_map(|kind| MEASURES.map(|what| (kind, what)));
    all.map(|(kind, what)| {
        let points = medians.points(kind, what);
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
    let fit = |measure| Fit::new(&medians.points(kind, measure));
    let slope = |measure| fit(measure).slope;
    let approve = fit("approve");
    let least = slope("raw_sighash") + slope("raw_sign") + slope("raw_check");
    let steps = steps(&medians.points(kind, "approve"));
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

    fn text(cost: impl Fn(&str, f64) -> f64) -> String {
        let line = |(kind, what, size): (&str, &str, u32)| {
            format!("{kind} {what} {size} {:.0}", 1_000.0 * cost(what, size.into()))
        };
        keys().map(|key| line(key) + "\n").collect()
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
        let judged = judge(&Medians::read(&text(cost)).unwrap());
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

    #[test]
    fn reads_each_median_once_and_nothing_else() {
        let whole = text(honest);
        assert!(Medians::read(&whole).is_ok());
        assert!(matches!(
            Medians::read(&whole.replacen("10 ", "11 ", 1)),
            Err(BenchError::Line(_))
        ));
        let first = whole.lines().next().unwrap();
        assert!(matches!(Medians::read(&format!("{whole}{first}")), Err(BenchError::Line(_))));
        let less = whole.replacen(&format!("{first}\n"), "", 1);
        assert!(matches!(Medians::read(&less), Err(BenchError::NoLine { .. })));
        let none = whole.replacen(first, "p2wpkh approve 10 0", 1);
        assert!(matches!(Medians::read(&none), Err(BenchError::Line(_))));
    }
}
