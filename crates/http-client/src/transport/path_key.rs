use std::fmt;

use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};

use super::ConfigError;
use super::auth::{cut, sendable};

/// A key that is the last part of each request's path.
///
/// It is in the URL alone: no log, error or `Debug` form of this crate shows the URL.
#[derive(Clone)]
pub struct PathKey {
    key: SecretString,
    /// The key in each form that a URL may have it in.
    forms: Vec<SecretString>,
}

impl PathKey {
    /// Takes a key; whatever it holds, it stays one part of the path.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError::NoKey`] for an empty key, and [`ConfigError::UnsendableKey`] for
    /// one that isn't visible ASCII or would lead to another path, as `..` does.
    pub fn new(key: SecretString) -> Result<Self, ConfigError> {
        let text = sendable(&key)?;
        if matches!(text, "." | "..") {
            return Err(ConfigError::UnsendableKey);
        }
        let forms = [as_sent(text), encoded(text)].into_iter();
        let forms = forms.flat_map(|form| [lower_case(&form), form]).map(SecretString::from);
        Ok(Self { forms: forms.collect(), key })
    }

    /// Puts the key at the end of a URL's path.
    pub(super) fn append(&self, mut url: Url) -> Url {
        push(&mut url, self.key.expose_secret());
        url
    }

    /// Cuts the key out of a text from outside, percent-encoded or not.
    pub(crate) fn redact(&self, text: &str) -> String {
        let secrets = self.forms.iter().chain([&self.key]);
        secrets.fold(text.to_owned(), |text, secret| cut(secret.expose_secret(), &text))
    }
}

impl fmt::Debug for PathKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PathKey").finish_non_exhaustive()
    }
}

/// Adds one part to a URL's path, percent-encoded as URLs want it.
fn push(url: &mut Url, part: &str) {
    // The base URL's constructor refuses what has no path.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().push(part);
    }
}

/// Returns the key as it stands in the URL.
fn as_sent(key: &str) -> String {
    let Ok(mut url) = Url::parse("https://localhost") else { return encoded(key) };
    push(&mut url, key);
    url.path().trim_start_matches('/').to_owned()
}

/// Returns the key with everything encoded that RFC 3986 doesn't call unreserved, as others do.
fn encoded(key: &str) -> String {
    key.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// Writes the digits of escapes in lower case.
fn lower_case(encoded: &str) -> String {
    let mut digits = 0_u8;
    encoded
        .chars()
        .map(|letter| {
            let escaped = digits > 0;
            digits = if letter == '%' { 2 } else { digits.saturating_sub(1) };
            if escaped { letter.to_ascii_lowercase() } else { letter }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = r#"K4242/a?b#c%2f"\d"#;

    fn appended(base: &str, key: &str) -> String {
        PathKey::new(key.into()).unwrap().append(Url::parse(base).unwrap()).into()
    }

    #[test]
    fn the_key_stays_one_part_of_the_path() {
        let base = "https://api.example.com/api/status?depositAddress=a";
        let expected = "https://api.example.com/api/status/k?depositAddress=a";
        assert_eq!(appended(base, "k"), expected);
        for key in [KEY, "...", "%2e%2e", "a/../b", "\\..\\", "?x", "#x", ";@:&=+$,"] {
            let url = Url::parse(&appended(base, key)).unwrap();
            assert_eq!(url.path_segments().unwrap().count(), 3, "{url}");
            assert!(url.path().starts_with("/api/status/"), "{url}");
            assert_eq!((url.query(), url.fragment()), (Some("depositAddress=a"), None), "{url}");
        }
    }

    #[test]
    fn shows_itself_in_no_form() {
        let key = PathKey::new(KEY.into()).unwrap();
        assert!(!format!("{key:?} {key:#?}").contains("4242"));
        let sent = appended("https://api.example.com", KEY);
        let json = KEY.replace('\\', r"\\").replace('"', r#"\""#);
        let texts =
            [sent.clone(), encoded(KEY), lower_case(&sent), lower_case(&encoded(KEY)), json];
        for text in texts.iter().map(String::as_str).chain([KEY]) {
            let text = key.redact(&format!("no route {text} here"));
            assert!(!text.contains("4242"), "{text}");
            assert!(text.starts_with("no route ") && text.ends_with(" here"), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_part_of_a_path() {
        let refused = |key: &str| PathKey::new(key.into()).unwrap_err();
        assert_eq!(refused(""), ConfigError::NoKey);
        for key in [".", "..", "a b", "k\n", "ключ", "\u{0}"] {
            assert_eq!(refused(key), ConfigError::UnsendableKey, "{key:?}");
        }
    }
}
