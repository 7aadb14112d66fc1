//! Which POST requests were taken already.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use countersign_units::UnixSeconds;
use uuid::Uuid;

/// How many seconds a request's time may be from the clock.
pub(super) const WINDOW: u64 = 300;

/// The nonces that were taken, each with the last second at which its request is fresh.
#[derive(Debug, Default)]
pub(super) struct Nonces(Mutex<HashMap<Uuid, u64>>);

impl Nonces {
    /// Says whether a time is near the clock.
    pub(super) const fn is_fresh(time: UnixSeconds, now: UnixSeconds) -> bool {
        time.value().abs_diff(now.value()) <= WINDOW
    }

    /// Takes a nonce, and says whether it was not taken before. Those of requests that are too old
    /// to come again are forgotten.
    pub(super) fn take(&self, nonce: Uuid, time: UnixSeconds, now: UnixSeconds) -> bool {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.retain(|_, fresh_until| *fresh_until >= now.value());
        taken.insert(nonce, time.value().saturating_add(WINDOW)).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_each_nonce_once_while_it_is_fresh() {
        let nonces = Nonces::default();
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let at = |seconds| UnixSeconds::new(seconds);
        assert!(nonces.take(one, at(1_000), at(1_000)));
        assert!(!nonces.take(one, at(1_000), at(1_300)));
        assert!(nonces.take(other, at(1_301), at(1_301)));
        assert!(nonces.take(one, at(1_700), at(1_700)));
    }

    #[test]
    fn a_time_is_fresh_on_both_sides_of_the_clock() {
        let fresh = |time| Nonces::is_fresh(UnixSeconds::new(time), UnixSeconds::new(1_000));
        assert!(fresh(700) && fresh(1_300));
        assert!(!fresh(699) && !fresh(1_301) && !fresh(1_000_000));
    }
}
