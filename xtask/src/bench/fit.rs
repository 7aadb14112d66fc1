//! What a PSBT costs, as a fixed part and a part for each input.

/// A cost of `fixed + slope × n`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fit {
    pub(super) fixed: f64,
    pub(super) slope: f64,
}

impl Fit {
    /// Fits a line to costs by least squares of the relative errors: a percent is a percent,
    /// whether of ten inputs or of a thousand. Without that, a slight disturbance of the largest
    /// would be more than all that is fixed.
    pub(super) fn new(points: &[(f64, f64)]) -> Self {
        let weigh = |part: fn(f64, f64) -> f64| -> f64 {
            points.iter().map(|&(n, cost)| part(n, cost) / (cost * cost)).sum()
        };
        let weight = weigh(|_, _| 1.0);
        let (mean_n, mean_cost) = (weigh(|n, _| n) / weight, weigh(|_, cost| cost) / weight);
        let squares = weigh(|n, _| n * n) / weight - mean_n * mean_n;
        let products = weigh(|n, cost| n * cost) / weight - mean_n * mean_cost;
        let slope = products / squares;
        Self { fixed: mean_cost - slope * mean_n, slope }
    }
}

/// Returns the slopes from one point to the next.
pub(super) fn steps(points: &[(f64, f64)]) -> Vec<f64> {
    let pairs = points.iter().zip(points.iter().skip(1));
    pairs.map(|((n, cost), (next_n, next_cost))| (next_cost - cost) / (next_n - n)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_line_through_points_on_one() {
        let points = [10.0, 100.0, 1_000.0].map(|n| (n, 120.0 + 75.0 * n));
        let fit = Fit::new(&points);
        assert!((fit.fixed - 120.0).abs() < 1e-3 && (fit.slope - 75.0).abs() < 1e-6, "{fit:?}");
        assert!(steps(&points).iter().all(|slope| (slope - 75.0).abs() < 1e-9));
    }

    #[test]
    fn a_percent_of_the_largest_does_not_hide_what_is_fixed() {
        let points = [(10.0, 850.0), (100.0, 7_600.0), (1_000.0, 75_100.0 * 1.01)];
        let fit = Fit::new(&points);
        assert!((fit.fixed - 100.0).abs() < 10.0 && (fit.slope - 75.0).abs() < 1.0, "{fit:?}");
    }

    #[test]
    fn a_curve_has_steps_that_differ() {
        let slopes = steps(&[10.0, 100.0, 1_000.0].map(|n| (n, 75.0 * n + 0.1 * n * n)));
        assert!(slopes[1] > 1.2 * slopes[0], "{slopes:?}");
    }
}
