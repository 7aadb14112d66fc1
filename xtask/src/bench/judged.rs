use std::fmt;

/// A target and what was measured.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) name: String,
    pub(super) value: f64,
    pub(super) limit: f64,
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
