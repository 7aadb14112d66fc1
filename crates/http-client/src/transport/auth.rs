use std::fmt;

use reqwest::header::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use super::ConfigError;

/// What stands in a text for the key.
const REDACTED: &str = "[redacted]";

/// A key that is sent in a header of each request.
///
/// Its `Debug` form shows the header's name alone.
#[derive(Clone)]
pub struct StaticKey {
    name: HeaderName,
    value: HeaderValue,
    secret: SecretString,
}

impl StaticKey {
    /// Makes a key that is sent in the header `name`.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError::NoKey`] for an empty key, and [`ConfigError::UnsendableKey`] for
    /// one that no header can hold, such as one that ends in a line break.
    pub fn new(name: HeaderName, secret: SecretString) -> Result<Self, ConfigError> {
        let text = secret.expose_secret();
        if text.is_empty() {
            return Err(ConfigError::NoKey);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ConfigError::UnsendableKey);
        }
        let mut value = HeaderValue::from_str(text).map_err(|_| ConfigError::UnsendableKey)?;
        value.set_sensitive(true);
        Ok(Self { name, value, secret })
    }

    /// Returns the header: its value is marked as sensitive.
    pub(super) fn header(&self) -> (HeaderName, HeaderValue) {
        (self.name.clone(), self.value.clone())
    }

    /// Cuts the key out of a text from outside, also where JSON writers escape its slashes.
    pub(crate) fn redact(&self, text: &str) -> String {
        cut(self.secret.expose_secret(), text)
    }
}

/// Cuts a secret out of a text, also where its slashes are escaped.
pub(super) fn cut(secret: &str, text: &str) -> String {
    text.replace(secret, REDACTED).replace(&secret.replace('/', r"\/"), REDACTED)
}

impl fmt::Debug for StaticKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("StaticKey").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Result<StaticKey, ConfigError> {
        StaticKey::new(HeaderName::from_static("x-api-key"), SecretString::from(text))
    }

    #[test]
    fn shows_itself_nowhere() {
        let key = key("sk-4242").unwrap();
        assert!(!format!("{key:?} {:?}", key.header()).contains("4242"));
        assert_eq!(key.redact("your key sk-4242 is old"), "your key [redacted] is old");
        let slashed = StaticKey::new(key.name.clone(), "a/b/c".into()).unwrap();
        assert_eq!(slashed.redact(r"a/b/c a\/b\/c"), "[redacted] [redacted]");
    }

    #[test]
    fn refuses_what_no_header_holds() {
        assert_eq!(key("").unwrap_err(), ConfigError::NoKey);
        for text in ["key\n", "a b", "ключ", "\u{0}"] {
            assert_eq!(key(text).unwrap_err(), ConfigError::UnsendableKey, "{text:?}");
        }
    }
}
