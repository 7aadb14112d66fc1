use std::time::Duration;

use futures::stream::{self, Stream};
use tokio::time::{Instant, sleep, timeout_at};

use crate::{FlowError, Step, SwapApi, SwapStatus};
use countersign_http_client::Retry;

/// How a swap is followed.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "these are all the settings there are")]
pub struct TrackOptions {
    /// How long to wait before the status is asked for a second time.
    pub first_wait: Duration,
    /// The longest wait; each one is half as long again as the one before.
    pub longest_wait: Duration,
    /// How long to follow the swap in all.
    pub deadline: Duration,
}

impl Default for TrackOptions {
    fn default() -> Self {
        Self {
            first_wait: Duration::from_millis(250),
            longest_wait: Duration::from_secs(5),
            deadline: Duration::from_mins(30),
        }
    }
}

/// No settings make it ask more often than this.
const SHORTEST_WAIT: Duration = Duration::from_millis(10);

struct Tracker<'a> {
    api: &'a dyn SwapApi,
    intent_id: &'a str,
    options: TrackOptions,
    ends: Instant,
    wait: Duration,
    last_seen: Option<SwapStatus>,
    done: bool,
}

/// Follows a swap: yields each status that differs from the one before, and ends after a terminal
/// one.
pub(crate) fn track<'a>(
    api: &'a dyn SwapApi,
    intent_id: &'a str,
    options: TrackOptions,
) -> impl Stream<Item = Result<SwapStatus, FlowError>> + 'a {
    let tracker = Tracker {
        api,
        intent_id,
        options,
        ends: far_at_most(options.deadline),
        wait: Duration::ZERO,
        last_seen: None,
        done: false,
    };
    stream::unfold(tracker, |mut tracker| async move {
        if tracker.done {
            return None;
        }
        let next = tracker.next().await;
        tracker.done = next.as_ref().map_or(true, |seen| seen.status.is_terminal());
        Some((next, tracker))
    })
}

/// Returns the moment a deadline from now; one that no clock reaches is a year away.
fn far_at_most(deadline: Duration) -> Instant {
    const YEAR: Duration = Duration::from_hours(24 * 365);
    let now = Instant::now();
    now.checked_add(deadline.min(YEAR)).unwrap_or(now)
}

impl Tracker<'_> {
    /// Asks until the status changes. A call that fails without effect is made again.
    async fn next(&mut self) -> Result<SwapStatus, FlowError> {
        loop {
            let ask = async {
                sleep(self.wait).await;
                self.api.status(self.intent_id).await
            };
            let Ok(answer) = timeout_at(self.ends, ask).await else { return Err(self.timeout()) };
            self.lengthen_wait();
            match answer {
                Ok(seen) if self.last_seen.as_ref() != Some(&seen) => {
                    self.last_seen = Some(seen.clone());
                    return Ok(seen);
                }
                Ok(_) => {}
                Err(source) if source.retry == Retry::Never => {
                    return Err(FlowError::Api { step: Step::Track, source });
                }
                Err(source) => tracing::warn!(code = source.code, "no status"),
            }
        }
    }

    fn lengthen_wait(&mut self) {
        let longer = self.wait.saturating_mul(3).checked_div(2).unwrap_or_default();
        let TrackOptions { first_wait, longest_wait, .. } = self.options;
        self.wait = longer.max(first_wait).min(longest_wait).max(SHORTEST_WAIT);
    }

    fn timeout(&self) -> FlowError {
        let last_seen = self.last_seen.as_ref();
        FlowError::TrackTimeout {
            after: self.options.deadline,
            last_seen: last_seen
                .map_or_else(|| "nothing".to_owned(), |seen| seen.status.to_string()),
        }
    }
}
