use std::fmt;
use std::str::FromStr;

use countersign_units::UnixMillis;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::read::Form;

/// A moment, together with its text: signatures cover the text, deadlines compare the moment.
///
/// # Examples
///
/// ```
/// use countersign_api_types::oneclick::Timestamp;
///
/// let asked: Timestamp = "2026-06-23T19:00:00Z".parse()?;
/// let echoed: Timestamp = "2026-06-23T19:00:00.000Z".parse()?;
/// assert_ne!(asked, echoed);
/// assert_eq!(asked.millis(), echoed.millis());
/// assert_eq!(Timestamp::from_millis(asked.millis())?, echoed);
/// # Ok::<_, countersign_api_types::oneclick::NotATimestamp>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Timestamp {
    text: String,
    millis: UnixMillis,
}

/// A text is no moment, or a moment has no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a time of RFC 3339 in the years 1970 to 9999")]
#[non_exhaustive]
pub struct NotATimestamp;

impl Timestamp {
    /// Writes a moment the way the API does: in UTC, to the millisecond.
    ///
    /// # Errors
    ///
    /// Returns [`NotATimestamp`] for a moment after the year 9999.
    pub fn from_millis(millis: UnixMillis) -> Result<Self, NotATimestamp> {
        let nanos = i128::from(millis.value()).saturating_mul(1_000_000);
        let time = OffsetDateTime::from_unix_timestamp_nanos(nanos).map_err(|_| NotATimestamp)?;
        let (hour, minute, second, milli) = time.to_hms_milli();
        let (date, month) = (time.date(), u8::from(time.month()));
        if date.year() > 9_999 {
            return Err(NotATimestamp);
        }
        let text = format!(
            "{:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z",
            date.year(),
            date.day(),
        );
        Ok(Self { text, millis })
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the moment, cut to the millisecond.
    pub const fn millis(&self) -> UnixMillis {
        self.millis
    }
}

impl FromStr for Timestamp {
    type Err = NotATimestamp;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let time = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| NotATimestamp)?;
        let millis = time.unix_timestamp_nanos().div_euclid(1_000_000);
        let millis = u64::try_from(millis).map_err(|_| NotATimestamp)?;
        Ok(Self { text: text.to_owned(), millis: UnixMillis::new(millis) })
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// A moment, as text.
pub(super) const TIMESTAMP: Form<Timestamp> =
    Form::new("a time of RFC 3339 after 1970", |value| value.as_str()?.parse().ok());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_text_and_cuts_the_moment() {
        let moment: Timestamp = "2026-05-12T11:32:09.214593+02:00".parse().unwrap();
        assert_eq!(moment.as_str(), "2026-05-12T11:32:09.214593+02:00");
        let written = Timestamp::from_millis(moment.millis()).unwrap();
        assert_eq!(written.as_str(), "2026-05-12T09:32:09.214Z");
    }

    #[test]
    fn refuses_what_has_no_text() {
        let last = UnixMillis::new(253_402_300_799_999);
        assert_eq!(Timestamp::from_millis(last).unwrap().as_str(), "9999-12-31T23:59:59.999Z");
        for millis in [253_402_300_800_000, u64::MAX] {
            assert_eq!(Timestamp::from_millis(UnixMillis::new(millis)), Err(NotATimestamp));
        }
        for text in ["", "soon", "1772124002", "1969-12-31T23:59:59Z", "2026-02-30T00:00:00Z"] {
            assert_eq!(text.parse::<Timestamp>(), Err(NotATimestamp), "{text}");
        }
    }
}
