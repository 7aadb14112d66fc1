use std::fmt;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::ConfigError;

/// What stands in a text for the key.
const REDACTED: &str = "[redacted]";
/// Whether keys are kept out of what is shown. Only builds of tests switch it off, which look for
/// what is shown then.
const REDACTS: bool = !cfg!(countersign_unredacted);

/// A key that is sent in a header of each request.
///
/// Its `Debug` form shows the header's name, and `Sensitive` for its value.
#[derive(Clone)]
pub struct StaticKey {
    name: HeaderName,
    value: HeaderValue,
    /// All that must not be shown.
    secrets: Vec<SecretString>,
}

impl StaticKey {
    /// Makes a key that is sent in the header `name`.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError::NoKey`] for an empty key, and [`ConfigError::UnsendableKey`] for
    /// one that no header can hold, such as one that ends in a line break.
    pub fn new(name: HeaderName, secret: SecretString) -> Result<Self, ConfigError> {
        let value = sensitive(sendable(&secret)?)?;
        Ok(Self { name, value, secrets: vec![secret] })
    }

    /// Makes a token that is sent as [RFC 6750](https://www.rfc-editor.org/rfc/rfc6750) has it.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError::NoKey`] for an empty token, and [`ConfigError::UnsendableKey`] for
    /// one that no header can hold.
    pub fn bearer(token: SecretString) -> Result<Self, ConfigError> {
        let text = sendable(&token)?;
        let header = Zeroizing::new(format!("Bearer {text}"));
        Ok(Self { name: AUTHORIZATION, value: sensitive(&header)?, secrets: vec![token] })
    }

    /// Makes a key of a user's name and a password with a colon between them, as nodes write them
    /// into their cookie file. It is sent as [RFC 7617](https://www.rfc-editor.org/rfc/rfc7617)
    /// has it.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError::NoKey`] without a password, and [`ConfigError::UnsendableKey`] if
    /// there is a control character such as a line break.
    pub fn basic(credentials: &SecretString) -> Result<Self, ConfigError> {
        let text = credentials.expose_secret();
        let (_, password) = text.split_once(':').ok_or(ConfigError::NoKey)?;
        if password.is_empty() {
            return Err(ConfigError::NoKey);
        }
        if text.chars().any(char::is_control) {
            return Err(ConfigError::UnsendableKey);
        }
        let encoded = SecretString::from(BASE64_STANDARD.encode(text));
        let header = Zeroizing::new(format!("Basic {}", encoded.expose_secret()));
        let secrets = vec![encoded, SecretString::from(password)];
        Ok(Self { name: AUTHORIZATION, value: sensitive(&header)?, secrets })
    }

    /// Returns the header: its value is marked as sensitive.
    pub(super) fn header(&self) -> (HeaderName, HeaderValue) {
        (self.name.clone(), self.value.clone())
    }

    /// Cuts the key out of a text from outside, also where JSON writers escape its slashes.
    pub(crate) fn redact(&self, text: &str) -> String {
        let secrets = self.secrets.iter();
        secrets.fold(text.to_owned(), |text, secret| cut(secret.expose_secret(), &text))
    }
}

/// Returns the text of a key if it is one, of visible ASCII.
pub(super) fn sendable(secret: &SecretString) -> Result<&str, ConfigError> {
    let text = secret.expose_secret();
    if text.is_empty() {
        return Err(ConfigError::NoKey);
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ConfigError::UnsendableKey);
    }
    Ok(text)
}

/// Makes a header's value that no log shows.
fn sensitive(text: &str) -> Result<HeaderValue, ConfigError> {
    let mut value = HeaderValue::from_str(text).map_err(|_| ConfigError::UnsendableKey)?;
    value.set_sensitive(REDACTS);
    Ok(value)
}

/// Cuts a secret out of a text, also in the forms that JSON writers give it.
pub(super) fn cut(secret: &str, text: &str) -> String {
    if !REDACTS {
        return text.to_owned();
    }
    let escaped = secret.replace('\\', r"\\").replace('"', r#"\""#);
    let slashed = escaped.replace('/', r"\/");
    // The longest first: a shorter one would leave a part of it.
    text.replace(&slashed, REDACTED).replace(&escaped, REDACTED).replace(secret, REDACTED)
}

impl fmt::Debug for StaticKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("StaticKey");
        shown.field("name", &self.name).field("value", &self.value).finish_non_exhaustive()
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
    fn a_token_is_sent_as_bearer() {
        let key = StaticKey::bearer("ey.4242".into()).unwrap();
        let (name, value) = key.header();
        assert_eq!((name, value.to_str().unwrap()), (AUTHORIZATION, "Bearer ey.4242"));
        assert!(!format!("{key:?} {value:?}").contains("4242"));
        assert_eq!(key.redact("Bearer ey.4242"), "Bearer [redacted]");
        for (text, error) in [("", ConfigError::NoKey), ("a b", ConfigError::UnsendableKey)] {
            assert_eq!(StaticKey::bearer(text.into()).unwrap_err(), error, "{text:?}");
        }
    }

    #[test]
    fn a_name_and_a_password_are_sent_as_one_text() {
        let key = StaticKey::basic(&"Aladdin:open sesame".into()).unwrap();
        let (name, value) = key.header();
        assert_eq!(name, AUTHORIZATION);
        assert_eq!(value, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        let shown = key.redact("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ== is open sesame");
        assert_eq!(shown, "Basic [redacted] is [redacted]");
        assert!(!format!("{key:?} {value:?}").contains("sesame"));
    }

    #[test]
    fn refuses_what_is_no_name_and_password() {
        for (text, error) in [
            ("", ConfigError::NoKey),
            ("Aladdin", ConfigError::NoKey),
            ("Aladdin:", ConfigError::NoKey),
            ("Aladdin:open\n", ConfigError::UnsendableKey),
        ] {
            assert_eq!(StaticKey::basic(&text.into()).unwrap_err(), error, "{text:?}");
        }
    }

    #[test]
    fn refuses_what_no_header_holds() {
        assert_eq!(key("").unwrap_err(), ConfigError::NoKey);
        for text in ["key\n", "a b", "ключ", "\u{0}"] {
            assert_eq!(key(text).unwrap_err(), ConfigError::UnsendableKey, "{text:?}");
        }
    }
}
