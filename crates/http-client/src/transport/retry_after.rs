use std::time::{Duration, SystemTime};

use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

/// Reads how long a server asks to wait: a number of seconds, or until a date.
///
/// A date is compared with the date of the answer, so that the two clocks need not agree.
pub(super) fn read(headers: &HeaderMap) -> Option<Duration> {
    let text = text(headers, &RETRY_AFTER)?;
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let sent = date(headers).unwrap_or_else(now);
    Some(until.duration_since(sent).unwrap_or_default())
}

fn date(headers: &HeaderMap) -> Option<SystemTime> {
    httpdate::parse_http_date(text(headers, &DATE)?).ok()
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

#[expect(clippy::disallowed_methods, reason = "measures a wait; nothing is judged by it")]
fn now() -> SystemTime {
    SystemTime::now()
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn wait(retry_after: &str, date: Option<&str>) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_str(retry_after).unwrap());
        if let Some(date) = date {
            headers.insert(DATE, HeaderValue::from_str(date).unwrap());
        }
        read(&headers).map(|wait| wait.as_secs())
    }

    #[test]
    fn reads_seconds_and_dates() {
        assert_eq!(wait("7", None), Some(7));
        assert_eq!(wait("0", None), Some(0));
        assert_eq!(wait("99999999999999999999999", None), Some(u64::MAX));
        let date = Some("Thu, 26 Feb 2026 16:40:00 GMT");
        assert_eq!(wait("Thu, 26 Feb 2026 16:40:09 GMT", date), Some(9));
        assert_eq!(wait("Thu, 26 Feb 2026 16:39:00 GMT", date), Some(0));
        assert_eq!(wait("Thu, 26 Feb 2026 16:39:00 GMT", None), Some(0));
    }

    #[test]
    fn passes_over_what_it_cannot_read() {
        for text in ["", "-1", "1.5", "soon"] {
            assert_eq!(wait(text, None), None, "{text}");
        }
        assert_eq!(read(&HeaderMap::new()), None);
    }
}
