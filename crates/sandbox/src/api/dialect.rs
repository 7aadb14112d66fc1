//! Which of the API's body generations a request is in.

/// What stands before every path of the flat dialect.
const FLAT_PREFIX: &str = "/affiliate/";

/// A body generation. Each differs in the names of its members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Flat members under a path of its own: `source_chain`, `dest_token`.
    G0,
    /// Prefixed members: `from.from_network_id`.
    G1,
    /// Unprefixed members: `from.network_id`, `from.token`.
    G2,
    /// Contract addresses and decimal texts, and a slash behind the path of a POST.
    G3,
}

impl Dialect {
    /// Tells the flat and the newest dialect by the path alone; the two between them look like
    /// the second here.
    pub(crate) fn from_path(path: &str) -> Self {
        if path.starts_with(FLAT_PREFIX) {
            Self::G0
        } else if path.ends_with('/') {
            Self::G3
        } else {
            Self::G2
        }
    }

    /// Tells the dialect by the path and by whether the body's members are prefixed.
    pub(crate) fn of(path: &str, prefixed: bool) -> Self {
        match Self::from_path(path) {
            Self::G2 if prefixed => Self::G1,
            told => told,
        }
    }
}
