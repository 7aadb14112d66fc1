//! Moments as people read them.

use countersign::units::UnixMillis;
use time::OffsetDateTime;

/// Writes a moment in UTC, to the second.
pub(crate) fn utc(at: UnixMillis) -> String {
    match calendar(at) {
        Some((day, second, _)) => format!("{day}T{second}Z"),
        None => at.to_string(),
    }
}

/// Writes a moment in UTC, to the millisecond.
pub(crate) fn utc_exactly(at: UnixMillis) -> String {
    match calendar(at) {
        Some((day, second, millis)) => format!("{day}T{second}.{millis:03}Z"),
        None => at.to_string(),
    }
}

/// Returns day, second of the day and millisecond; nothing for years that no calendar has.
fn calendar(at: UnixMillis) -> Option<(String, String, u16)> {
    let seconds = i64::try_from(at.to_seconds().value()).ok()?;
    let moment = OffsetDateTime::from_unix_timestamp(seconds).ok()?;
    let millis = u16::try_from(at.value().rem_euclid(1_000)).ok()?;
    let (day, (hour, minute, second)) = (moment.date(), moment.to_hms());
    Some((day.to_string(), format!("{hour:02}:{minute:02}:{second:02}"), millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_in_utc() {
        for (at, shown, exactly) in [
            (0, "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"),
            (1_800_000_000_007, "2027-01-15T08:00:00Z", "2027-01-15T08:00:00.007Z"),
            (u64::MAX, "18446744073709551615", "18446744073709551615"),
        ] {
            assert_eq!(utc(UnixMillis::new(at)), shown);
            assert_eq!(utc_exactly(UnixMillis::new(at)), exactly);
        }
    }
}
