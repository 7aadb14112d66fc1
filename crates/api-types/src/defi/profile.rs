use std::fmt;
use std::str::FromStr;

use super::sides::Side;

/// A dialect in which bodies are written: one for each configured endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Profile {
    /// Prefixed members (`from.from_network_id`), integers of base units, `psbt` on submission.
    G1,
    /// Members without prefix (`from.network_id`), else as G1; a PSBT is submitted as `htlc`.
    G2,
    /// Trailing slashes, `contract_address`, amounts as decimal strings.
    G3,
}

/// A text names no profile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of the profiles g1, g2, g3")]
pub struct UnknownProfile;

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 3] = [Self::G1, Self::G2, Self::G3];

    /// Says whether the paths of POST requests end in a slash.
    pub const fn has_trailing_slash(self) -> bool {
        matches!(self, Self::G3)
    }

    /// Returns the name of a member inside `from` or `to`.
    pub(super) fn member(self, side: Side, name: &str) -> String {
        match self {
            Self::G1 => side.prefixed(name),
            Self::G2 | Self::G3 => name.to_owned(),
        }
    }

    /// Returns the name of a token's address inside `from` or `to`.
    pub(super) fn token(self, side: Side) -> String {
        match self {
            Self::G1 | Self::G2 => self.member(side, "token"),
            Self::G3 => "contract_address".to_owned(),
        }
    }
}

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = |profile: &Self| profile.to_string().eq_ignore_ascii_case(text);
        Self::ALL.into_iter().find(named).ok_or(UnknownProfile)
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::G1 => "g1",
            Self::G2 => "g2",
            Self::G3 => "g3",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_what_it_displays() {
        for profile in Profile::ALL {
            assert_eq!(profile.to_string().parse(), Ok(profile));
        }
        assert_eq!("G2".parse(), Ok(Profile::G2));
        assert_eq!("g0".parse::<Profile>(), Err(UnknownProfile));
    }
}
