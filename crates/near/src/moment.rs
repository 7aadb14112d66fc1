use countersign_units::UnixSeconds;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A moment as a text or a number said it, to the nanosecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(i128);

/// How long a date is, up to the `T` behind it.
const DATE_LENGTH: usize = 10;
const NANOS_A_SECOND: i128 = 1_000_000_000;
const NANOS_A_MILLI: i128 = 1_000_000;

impl Moment {
    /// Reads a moment of [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339) that is not before 1970.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        // The library takes anything between the date and the time.
        if text.as_bytes().get(DATE_LENGTH) != Some(&b'T') {
            return None;
        }
        let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        let nanos = moment.unix_timestamp_nanos();
        (nanos >= 0).then_some(Self(nanos))
    }

    pub(crate) fn from_seconds(seconds: u64) -> Self {
        Self(i128::from(seconds).saturating_mul(NANOS_A_SECOND))
    }

    pub(crate) fn from_millis(millis: u64) -> Self {
        Self(i128::from(millis).saturating_mul(NANOS_A_MILLI))
    }

    pub(crate) fn from_nanos(nanos: i64) -> Self {
        Self(i128::from(nanos))
    }

    /// Returns the second that this moment lies in.
    pub(crate) fn to_seconds(self) -> UnixSeconds {
        let seconds = self.0.div_euclid(NANOS_A_SECOND);
        UnixSeconds::new(u64::try_from(seconds).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_moment_has_many_texts() {
        let moment = Moment::from_millis(1_790_967_579_000);
        for text in
            ["2026-10-02T18:59:39Z", "2026-10-02T18:59:39.000Z", "2026-10-02T20:59:39.000000+02:00"]
        {
            assert_eq!(Moment::parse(text), Some(moment), "{text}");
        }
        assert_eq!(moment.to_seconds(), UnixSeconds::new(1_790_967_579));
        for text in [
            "",
            "2026-10-02",
            "1790967579",
            "2026-10-02118:59:39Z",
            "2026-10-02 18:59:39Z",
            "1969-12-31T23:59:59Z",
            "2026-13-02T18:59:39Z",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }
}
