use std::time::{SystemTime, UNIX_EPOCH};

use countersign_units::UnixMillis;

/// Tells the time. Only the flow reads it; verifiers and signers are told.
pub trait Clock: Send + Sync {
    /// Returns the time.
    fn now(&self) -> UnixMillis;
}

/// The host's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the time")]
    fn now(&self) -> UnixMillis {
        // A clock before 1970 reads as 1970, where every deadline is beyond the horizon.
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        UnixMillis::new(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX))
    }
}
