use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use countersign_units::UnixMillis;

use super::refusal::{Code, Refusal};

/// The longest nonce that is remembered.
const LONGEST: usize = 64;

/// Remembers which requests came in, for as long as they could come in again.
///
/// It is of one process, and ends with it: what was answered in the half minute before a restart may be
/// answered once more, by the same signature or another over the same digest. Where several processes
/// answer, each must see all requests of a client.
pub struct ReplayStore {
    window: Duration,
    capacity: usize,
    seen: Mutex<Seen>,
}

/// Nonces, each with the name of whoever used it; the oldest come first.
#[derive(Default)]
struct Seen {
    names: HashSet<String>,
    in_order: VecDeque<(UnixMillis, String)>,
    /// The latest moment that a request came in at.
    latest: Option<UnixMillis>,
}

impl ReplayStore {
    /// Takes requests that are at most so old or so early, and so many within that time: further ones
    /// are refused, none is forgotten before its time.
    pub fn new(window: Duration, capacity: usize) -> Self {
        Self { window, capacity, seen: Mutex::default() }
    }

    /// Lets a request in that is of this time and was not seen before.
    pub(super) fn admit(
        &self,
        client: &str,
        time: UnixMillis,
        nonce: &str,
        now: UnixMillis,
    ) -> Result<(), Refusal> {
        let window = u64::try_from(self.window.as_millis()).unwrap_or(u64::MAX);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = seen.latest(now);
        if now.value().abs_diff(time.value()) > window {
            let reason = format!("expected a time within {window} ms of this service's");
            return Err(Refusal::new(Code::Replayed, reason));
        }
        if nonce.is_empty() || nonce.len() > LONGEST {
            return Err(Refusal::malformed("expected a nonce of 1 to 64 bytes"));
        }
        let name = format!("{client}\n{nonce}");
        seen.forget_before(now.value().saturating_sub(window.saturating_mul(2)));
        if seen.names.contains(&name) {
            return Err(Refusal::new(Code::Replayed, "the request came in before".to_owned()));
        }
        if seen.names.len() >= self.capacity {
            return Err(Refusal::new(Code::Busy, "too many requests at once".to_owned()));
        }
        seen.names.insert(name.clone());
        seen.in_order.push_back((now, name));
        Ok(())
    }
}

impl Seen {
    /// Returns the moment, or the latest one there was: a clock that goes back brings nothing back that
    /// was forgotten.
    fn latest(&mut self, now: UnixMillis) -> UnixMillis {
        let latest = self.latest.map_or(now, |latest| latest.max(now));
        self.latest = Some(latest);
        latest
    }

    /// Forgets what came in before a moment: it is too old to come in again.
    fn forget_before(&mut self, moment: u64) {
        while let Some((time, _)) = self.in_order.front() {
            if time.value() >= moment {
                return;
            }
            if let Some((_, name)) = self.in_order.pop_front() {
                self.names.remove(&name);
            }
        }
    }
}

impl Default for ReplayStore {
    /// Half a minute either way, and 100,000 requests.
    fn default() -> Self {
        Self::new(Duration::from_secs(30), 100_000)
    }
}

impl fmt::Debug for ReplayStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ReplayStore")
            .field("window", &self.window)
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_760_000_000_000;

    fn admit(store: &ReplayStore, time: u64, nonce: &str, now: u64) -> Result<(), Code> {
        let (time, now) = (UnixMillis::new(time), UnixMillis::new(now));
        store.admit("client", time, nonce, now).map_err(|refusal| refusal.code)
    }

    #[test]
    fn a_request_comes_in_once() {
        let store = ReplayStore::default();
        admit(&store, NOW, "a", NOW).unwrap();
        admit(&store, NOW, "b", NOW).unwrap();
        assert_eq!(admit(&store, NOW, "a", NOW + 1), Err(Code::Replayed));
        let other = store.admit("other", UnixMillis::new(NOW), "a", UnixMillis::new(NOW));
        assert!(other.is_ok());
    }

    #[test]
    fn a_request_of_another_time_does_not_come_in() {
        let store = ReplayStore::default();
        for time in [NOW - 30_001, NOW + 30_001, 0, u64::MAX] {
            assert_eq!(admit(&store, time, "a", NOW), Err(Code::Replayed), "{time}");
        }
        for (time, nonce) in [(NOW - 30_000, "a"), (NOW + 30_000, "b")] {
            admit(&store, time, nonce, NOW).unwrap();
        }
    }

    #[test]
    fn what_could_come_in_again_is_not_forgotten() {
        let store = ReplayStore::default();
        // Early by half a minute: it is of this time for a whole one.
        admit(&store, NOW + 30_000, "a", NOW).unwrap();
        assert_eq!(admit(&store, NOW + 30_000, "a", NOW + 60_000), Err(Code::Replayed));
        admit(&store, NOW + 60_001, "b", NOW + 60_001).unwrap();
        assert_eq!(store.seen.lock().unwrap().names.len(), 1);
    }

    #[test]
    fn a_full_store_refuses_rather_than_forgets() {
        let store = ReplayStore::new(Duration::from_secs(30), 2);
        admit(&store, NOW, "a", NOW).unwrap();
        admit(&store, NOW, "b", NOW).unwrap();
        assert_eq!(admit(&store, NOW, "c", NOW), Err(Code::Busy));
        assert_eq!(admit(&store, NOW, "a", NOW), Err(Code::Replayed));
        admit(&store, NOW + 60_001, "c", NOW + 60_001).unwrap();
        for nonce in ["", &"n".repeat(65)] {
            let now = NOW + 60_001;
            assert_eq!(admit(&store, now, nonce, now), Err(Code::Malformed));
        }
    }

    #[test]
    fn a_clock_that_goes_back_brings_no_request_back() {
        let store = ReplayStore::default();
        admit(&store, NOW, "a", NOW).unwrap();
        admit(&store, NOW + 90_000, "b", NOW + 90_000).unwrap();
        assert_eq!(admit(&store, NOW, "a", NOW), Err(Code::Replayed));
        admit(&store, NOW + 90_000, "c", NOW + 89_000).unwrap();
    }
}
