use std::time::Duration;

use super::Limits;

/// The waits between attempts: each twice the last, up to a limit, and each cut at random to
/// between a half and the whole, so that clients don't come back all at once.
#[derive(Debug)]
pub(super) struct Backoff {
    next: Duration,
    longest: Duration,
    left: u32,
}

impl Backoff {
    pub(super) const fn new(limits: &Limits) -> Self {
        Self { next: limits.backoff, longest: limits.max_backoff, left: limits.retries }
    }
}

impl Iterator for Backoff {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        self.left = self.left.checked_sub(1)?;
        let whole = self.next.min(self.longest);
        self.next = whole.saturating_mul(2);
        let half = u64::try_from(whole.as_micros()).unwrap_or(u64::MAX).div_euclid(2);
        let more = Duration::from_micros(rand::random_range(0..=half));
        Some(Duration::from_micros(half).saturating_add(more))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_within_its_limits() {
        let limits = Limits {
            retries: 4,
            backoff: Duration::from_millis(100),
            max_backoff: Duration::from_millis(300),
            ..Limits::default()
        };
        for _ in 0..100 {
            let waits: Vec<_> = Backoff::new(&limits).map(|wait| wait.as_millis()).collect();
            assert_eq!(waits.len(), 4);
            for (wait, whole) in waits.into_iter().zip([100, 200, 300, 300]) {
                assert!((whole / 2..=whole).contains(&wait), "{wait} of {whole}");
            }
        }
    }

    #[test]
    fn spreads_its_waits() {
        let waits: std::collections::HashSet<_> =
            (0..20).filter_map(|_| Backoff::new(&Limits::default()).next()).collect();
        assert!(waits.len() > 1);
    }
}
