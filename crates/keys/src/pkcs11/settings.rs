use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::millis;

/// Where a token is, and how it is used.
///
/// ```toml
/// module = "/usr/lib/softhsm/libsofthsm2.so"
/// label = "treasury"
/// deadline_ms = 10000
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "settings are data that a configuration fills in")]
pub struct TokenSettings {
    /// The library of the token's maker.
    pub module: PathBuf,
    /// The token's label.
    pub label: String,
    /// The token's serial number, where several have the label, or no other is to be given the PIN.
    #[serde(default)]
    pub serial: Option<String>,
    /// How many sessions may be open at once.
    #[serde(default = "sessions")]
    pub sessions: usize,
    /// How long one call may take.
    #[serde(rename = "deadline_ms", default = "deadline", deserialize_with = "millis::read")]
    pub deadline: Duration,
    /// Whether a key may be used that can be taken out of the token.
    #[serde(default)]
    pub allow_extractable: bool,
    /// Whether a PIN is given to a token that locks itself if it is wrong.
    #[serde(default)]
    pub use_last_try: bool,
}

impl TokenSettings {
    /// Takes a library and a label; the rest is as strict as it can be.
    pub fn new(module: impl Into<PathBuf>, label: impl Into<String>) -> Self {
        Self {
            module: module.into(),
            label: label.into(),
            serial: None,
            sessions: sessions(),
            deadline: deadline(),
            allow_extractable: false,
            use_last_try: false,
        }
    }
}

const fn sessions() -> usize {
    4
}

const fn deadline() -> Duration {
    Duration::from_secs(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_read_from_a_file_strictly() {
        let text = "module = \"/lib/token.so\"\nlabel = \"hot\"\ndeadline_ms = 250\n";
        let settings: TokenSettings = toml::from_str(text).unwrap();
        assert_eq!(settings.deadline, Duration::from_millis(250));
        assert!(!settings.allow_extractable && !settings.use_last_try);
        assert_eq!(settings.sessions, 4);
        for text in ["label = \"hot\"", &format!("{text}pin = \"1234\"")] {
            assert!(toml::from_str::<TokenSettings>(text).is_err(), "{text}");
        }
    }
}
