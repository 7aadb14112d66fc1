//! When a swap in hand is worth a look again.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use super::drive::{Drive, Next, SHORTEST_WAIT};
use super::later;

impl Drive<'_> {
    /// Returns when to try again what failed: later each time.
    pub(super) fn after_miss(&mut self) -> Next {
        self.misses = self.misses.saturating_add(1);
        let doubled = 1_u32.checked_shl(self.misses.min(16)).unwrap_or(1);
        let wait = self.worker.options.track.first_wait.saturating_mul(doubled);
        self.in_about(wait)
    }

    /// Says that something went well again.
    pub(super) const fn hit(&mut self) {
        self.misses = 0;
    }

    /// Returns a moment in about so much time, within the bounds of the options. No two swaps ask at
    /// the same moments.
    pub(super) fn in_about(&self, wait: Duration) -> Next {
        let track = self.worker.options.track;
        let wait = wait.max(track.first_wait).min(track.longest_wait).max(SHORTEST_WAIT);
        let percent = 75_u32.saturating_add(jitter(self.known.swap_id, self.misses));
        let wait = share(wait.saturating_mul(percent), 100);
        Next::At(later(self.now(), wait))
    }
}

/// Returns a part of a time.
pub(super) fn share(of: Duration, parts: u32) -> Duration {
    of.checked_div(parts).unwrap_or(of)
}

/// Returns a number below 50 that differs from swap to swap and from time to time.
fn jitter(swap_id: countersign_approval::SwapId, turn: u32) -> u32 {
    let hash = RandomState::new().hash_one((swap_id.to_string(), turn));
    u32::try_from(hash % 50).unwrap_or_default()
}
