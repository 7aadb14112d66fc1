use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where value is real and where it is not. Nothing mixes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "a caller must decide about all three")]
pub enum Environment {
    /// Public networks with real value.
    Mainnet,
    /// Public networks without value.
    Testnet,
    /// The embedded sandbox.
    Sandbox,
}

impl Environment {
    /// Returns the name, as it stands in configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mainnet => "mainnet",
            Self::Testnet => "testnet",
            Self::Sandbox => "sandbox",
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A text names none of the three environments.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected mainnet, testnet or sandbox")]
pub struct ParseEnvironmentError;

impl FromStr for Environment {
    type Err = ParseEnvironmentError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "mainnet" => Ok(Self::Mainnet),
            "testnet" => Ok(Self::Testnet),
            "sandbox" => Ok(Self::Sandbox),
            _ => Err(ParseEnvironmentError),
        }
    }
}
