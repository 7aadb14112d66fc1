use std::path::PathBuf;
use std::time::Duration;

/// Where a token is, and how it is used.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "settings are data that a configuration fills in")]
pub struct TokenSettings {
    /// The library of the token's maker.
    pub module: PathBuf,
    /// The token's label.
    pub label: String,
    /// The token's serial number, where several have the label, or no other is to be given the PIN.
    pub serial: Option<String>,
    /// How many sessions may be open at once.
    pub sessions: usize,
    /// How long one call may take.
    pub deadline: Duration,
    /// Whether a key may be used that can be taken out of the token.
    pub allow_extractable: bool,
    /// Whether a PIN is given to a token that locks itself if it is wrong.
    pub use_last_try: bool,
}

impl TokenSettings {
    /// Takes a library and a label; the rest is as strict as it can be.
    pub fn new(module: impl Into<PathBuf>, label: impl Into<String>) -> Self {
        Self {
            module: module.into(),
            label: label.into(),
            serial: None,
            sessions: 4,
            deadline: Duration::from_secs(10),
            allow_extractable: false,
            use_last_try: false,
        }
    }
}
