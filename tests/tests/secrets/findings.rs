//! What was found. It names secrets and shows none.

use std::collections::BTreeSet;

/// A secret in a place where it should not be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    pub(crate) place: &'static str,
    pub(crate) secret: String,
    pub(crate) form: String,
}

impl Finding {
    pub(crate) fn new(place: &'static str, secret: &str, form: &str) -> Self {
        Self { place, secret: secret.to_owned(), form: form.to_owned() }
    }
}

/// Requires that nothing was found.
pub(crate) fn require_none(found: Vec<Finding>) {
    let found: BTreeSet<_> = found.into_iter().collect();
    assert!(found.is_empty(), "expected no secret, found {found:#?}");
}

/// Requires that each of these secrets was found in a place.
pub(crate) fn require_all<'a>(
    place: &str,
    secrets: impl IntoIterator<Item = &'a str>,
    found: &[Finding],
) {
    let found: BTreeSet<_> = found.iter().map(|finding| finding.secret.as_str()).collect();
    let missed: Vec<_> = secrets.into_iter().filter(|secret| !found.contains(secret)).collect();
    assert!(missed.is_empty(), "{place}: the search does not find {missed:?}");
}
