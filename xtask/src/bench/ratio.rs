//! What something may cost, beside a baseline of the same run.

use std::collections::BTreeSet;
use std::fmt;

use super::BenchError;

/// A target: the median of one benchmark over the sum of others'.
#[derive(Debug)]
pub(super) struct Ratio {
    /// The benchmark, and the target's name.
    pub(super) name: &'static str,
    /// The benchmarks that it is compared with.
    pub(super) over: &'static [&'static str],
    /// The largest ratio that is good.
    pub(super) limit: f64,
}

/// What verification and approval of a permit may cost beside bare libsecp256k1.
pub(super) const EVM: [Ratio; 2] = [
    Ratio { name: "verify", over: &["raw_sign"], limit: 1.0 },
    Ratio { name: "approve", over: &["raw_sign", "raw_recover"], limit: 1.3 },
];

/// A target and what was measured.
#[derive(Debug)]
pub(super) struct Judged<'a> {
    ratio: &'a Ratio,
    value: f64,
}

/// Returns the benchmarks that these targets need, each once.
pub(super) fn ids(ratios: &[Ratio]) -> BTreeSet<&'static str> {
    ratios.iter().flat_map(|ratio| ratio.over.iter().copied().chain([ratio.name])).collect()
}

impl Ratio {
    /// Compares medians.
    ///
    /// # Errors
    ///
    /// Returns the error of a median that isn't there.
    pub(super) fn judge(
        &self,
        median: impl Fn(&'static str) -> Result<f64, BenchError>,
    ) -> Result<Judged<'_>, BenchError> {
        let over: Result<Vec<f64>, _> = self.over.iter().map(|id| median(id)).collect();
        let baseline: f64 = over?.iter().sum();
        Ok(Judged { ratio: self, value: median(self.name)? / baseline })
    }
}

impl Judged<'_> {
    /// Says whether the target is met. A baseline of zero meets none.
    pub(super) fn holds(&self) -> bool {
        self.value.is_finite() && self.value <= self.ratio.limit
    }
}

impl fmt::Display for Judged<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ratio { name, limit, .. } = self.ratio;
        let verdict = if self.holds() { "ok" } else { "short" };
        write!(formatter, "ratio {name} {:.3} {limit:.2} {verdict}", self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(verify: f64, approve: f64) -> Vec<String> {
        let median = |id| {
            Ok(match id {
                "raw_sign" => 20_000.5,
                "raw_recover" => 30_000.5,
                "verify" => verify,
                "approve" => approve,
                _ => 0.0,
            })
        };
        EVM.iter().map(|ratio| ratio.judge(median).unwrap().to_string()).collect()
    }

    #[test]
    fn a_target_is_met_up_to_its_limit() {
        assert_eq!(
            lines(20_000.5, 50_001.0),
            ["ratio verify 1.000 1.00 ok", "ratio approve 1.000 1.30 ok"]
        );
        assert_eq!(
            lines(21_000.0, 66_000.0),
            ["ratio verify 1.050 1.00 short", "ratio approve 1.320 1.30 short"]
        );
    }

    #[test]
    fn a_baseline_of_zero_meets_no_target() {
        let ratio = Ratio { name: "verify", over: &["nothing"], limit: 1.0 };
        let median = |id| Ok(if id == "nothing" { 0.0 } else { 1.0 });
        assert!(!ratio.judge(median).unwrap().holds());
        assert!(!ratio.judge(|_| Ok(0.0)).unwrap().holds());
    }

    #[test]
    fn a_median_that_is_missing_is_an_error() {
        let median = |id| Err(BenchError::NoMedian { id, path: "there".into() });
        let error = EVM[0].judge(median).unwrap_err();
        assert_eq!(error.to_string(), "expected a median of raw_sign in there");
    }

    #[test]
    fn names_each_benchmark_once() {
        assert_eq!(Vec::from_iter(ids(&EVM)), ["approve", "raw_recover", "raw_sign", "verify"]);
    }
}
