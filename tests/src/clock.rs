use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use countersign::units::UnixMillis;
use countersign::{Clock, SystemClock};

/// A clock that runs with the host's until it is moved. Its clones tell the same time.
#[derive(Clone, Debug, Default)]
pub struct SetClock {
    ahead: Arc<AtomicI64>,
}

impl SetClock {
    /// Moves the clock ahead, or back.
    pub fn advance(&self, seconds: i64) {
        self.ahead.fetch_add(seconds.saturating_mul(1_000), Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> UnixMillis {
        let ahead = self.ahead.load(Ordering::SeqCst);
        UnixMillis::new(SystemClock.now().value().saturating_add_signed(ahead))
    }
}
