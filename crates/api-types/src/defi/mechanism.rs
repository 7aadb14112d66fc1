use std::fmt;

use super::Profile;
use crate::read::Form;

/// How a swap is approved.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mechanism {
    /// A Permit2 permit (EVM, Tron).
    Permit2,
    /// A PSBT that funds a hash time-locked output (Bitcoin).
    Htlc,
    /// A transaction that waits for one more signature (Solana).
    Cosign,
    /// A mechanism that this version doesn't know, by its name. It can't be signed.
    Unknown(String),
}

/// Where a mechanism may be.
pub(super) const PATHS: &[&str] = &["approval_type", "approval_mechanism", "type"];

/// The name of a mechanism.
pub(super) const MECHANISM: Form<Mechanism> =
    Form::new("the name of an approval mechanism", |value| {
        value.as_str().filter(|name| !name.is_empty()).map(Mechanism::from_name)
    });

impl Mechanism {
    /// Reads a name, in any of the forms that the API has used.
    pub fn from_name(name: &str) -> Self {
        match name {
            "permit2" => Self::Permit2,
            "htlc" | "psbt" => Self::Htlc,
            "cosign" => Self::Cosign,
            other => Self::Unknown(other.to_owned()),
        }
    }

    /// Returns the name that answers of the API have.
    pub fn name(&self) -> &str {
        match self {
            Self::Permit2 => "permit2",
            Self::Htlc => "htlc",
            Self::Cosign => "cosign",
            Self::Unknown(name) => name,
        }
    }

    /// Returns the name under which an approval is submitted.
    pub(super) fn submitted_name(&self, profile: Profile) -> &str {
        match (self, profile) {
            (Self::Htlc, Profile::G0 | Profile::G1) => "psbt",
            _ => self.name(),
        }
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&crate::excerpt(self.name(), 64))
    }
}
