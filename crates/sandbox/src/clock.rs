//! The one place that reads the host's clock.

use std::time::{SystemTime, UNIX_EPOCH};

use countersign_units::{UnixMillis, UnixSeconds};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Returns the time in milliseconds; zero on a host whose clock stands before 1970.
pub(crate) fn now() -> UnixMillis {
    #[expect(clippy::disallowed_methods, reason = "the sandbox's clock, its only reader")]
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis::new(u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX))
}

/// Returns the second that a moment lies in.
pub(crate) const fn seconds(moment: UnixMillis) -> UnixSeconds {
    UnixSeconds::new(moment.value().div_euclid(1_000))
}

/// Writes a moment as the API does in its status answers, such as `2026-02-26T15:20:02Z`.
pub(crate) fn iso8601(moment: UnixMillis) -> String {
    i64::try_from(seconds(moment).value())
        .ok()
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
        .and_then(|moment| moment.format(&Rfc3339).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_a_moment_in_utc() {
        assert_eq!(iso8601(UnixMillis::new(1_772_119_202_999)), "2026-02-26T15:20:02Z");
    }
}
