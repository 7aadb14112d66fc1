//! Moments as the API reads and writes them.

use countersign_units::UnixMillis;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

const NANOS_A_MILLI: i128 = 1_000_000;

/// Reads a moment by RFC 3339, to the millisecond.
pub(crate) fn read(text: &str) -> Option<UnixMillis> {
    let nanos = OffsetDateTime::parse(text, &Rfc3339).ok()?.unix_timestamp_nanos();
    Some(UnixMillis::new(u64::try_from(nanos.div_euclid(NANOS_A_MILLI)).ok()?))
}

/// Writes a moment with three digits behind the second, whatever they are.
pub(crate) fn write(moment: UnixMillis) -> String {
    let millis = moment.value();
    let whole = crate::clock::iso8601(moment);
    format!("{}.{:03}Z", whole.trim_end_matches('Z'), millis.rem_euclid(1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_each_moment_in_one_way() {
        for (text, written) in [
            ("2026-10-02T18:59:39Z", "2026-10-02T18:59:39.000Z"),
            ("2026-10-02T20:59:39.12+02:00", "2026-10-02T18:59:39.120Z"),
            ("2026-10-02T18:59:39.000007Z", "2026-10-02T18:59:39.000Z"),
        ] {
            assert_eq!(write(read(text).unwrap()), written);
        }
        assert_eq!(read("tomorrow"), None);
    }
}
