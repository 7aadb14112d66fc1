use std::fmt;
use std::str::FromStr;

use super::WriteError;
use super::sides::Side;

/// A dialect in which bodies are written: one for each configured endpoint.
///
/// Its paths are appended to the API's base URL: `/v1/…`, and in G0 `/affiliate/v1/…` unless the
/// base URL ends in `/affiliate` already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Profile {
    /// Flat members (`source_chain`, `dest_token`), statuses in the words of the protocol under
    /// the API, approvals by `type` with an empty answer, quotes at `quotes/best`.
    G0,
    /// Prefixed members (`from.from_network_id`), integers of base units, `psbt` on submission.
    G1,
    /// Members without prefix (`from.network_id`), else as G1; a PSBT is submitted as `htlc`.
    G2,
    /// Trailing slashes, `contract_address`, amounts as decimal strings.
    G3,
}

/// A text names no profile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of the profiles g0, g1, g2, g3")]
pub struct UnknownProfile;

impl Profile {
    /// Every profile, the oldest first.
    pub const ALL: [Self; 4] = [Self::G0, Self::G1, Self::G2, Self::G3];

    /// Returns where quotes are asked for, after `v1`.
    pub const fn quotes_path(self) -> &'static [&'static str] {
        match self {
            Self::G0 => &["quotes", "best"],
            Self::G1 | Self::G2 | Self::G3 => &["quotes"],
        }
    }

    /// Returns where swaps are listed, after `v1`.
    pub const fn swaps_path(self) -> &'static [&'static str] {
        match self {
            Self::G0 => &["swaps", "history"],
            Self::G1 | Self::G2 | Self::G3 => &["swaps"],
        }
    }

    /// Returns the part of the path before `v1`, which a base URL may end in already.
    pub const fn path_prefix(self) -> Option<&'static str> {
        match self {
            Self::G0 => Some("affiliate"),
            Self::G1 | Self::G2 | Self::G3 => None,
        }
    }

    /// Says whether the paths of POST requests end in a slash.
    pub const fn has_trailing_slash(self) -> bool {
        matches!(self, Self::G3)
    }

    /// Says whether the members of both sides stand beside each other, without `from` and `to`.
    pub(super) const fn is_flat(self) -> bool {
        matches!(self, Self::G0)
    }

    /// Returns the name of a member of one side, which is inside `from` or `to` unless flat.
    pub(super) fn member(self, side: Side, name: &str) -> String {
        match self {
            Self::G0 => side.flat(name),
            Self::G1 => side.prefixed(name),
            Self::G2 | Self::G3 => name.to_owned(),
        }
    }

    /// Refuses the API's own id of a token where the profile has no member for it.
    pub(super) const fn check_token_id(self, id: Option<u64>) -> Result<(), WriteError> {
        self.check_absent(id.is_some(), "token id")
    }

    /// Refuses a part of a body that the flat profile has no member for.
    pub(super) const fn check_absent(
        self,
        is_there: bool,
        member: &'static str,
    ) -> Result<(), WriteError> {
        if self.is_flat() && is_there {
            return Err(WriteError::Unsupported { member, profile: self });
        }
        Ok(())
    }

    /// Returns the name of a token's address on one side.
    pub(super) fn token(self, side: Side) -> String {
        match self {
            Self::G0 | Self::G1 | Self::G2 => self.member(side, "token"),
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
            Self::G0 => "g0",
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
        assert_eq!("g4".parse::<Profile>(), Err(UnknownProfile));
    }
}
