use std::fmt;
use std::str::FromStr;

use countersign_api_types::excerpt;

use super::{
    Freshness, Host, KeyHash, QueryValues, SignatureText, SigningRules, TimeUnit, TrailingSlash,
};

/// How many characters of an unknown rule an error shows.
const SHOWN: usize = 64;

/// One of the [`SigningRules`], by name: what a command line or a configuration file sets.
///
/// # Examples
///
/// ```
/// use countersign_http_client::transport::{SigningRule, SigningRules, TimeUnit};
///
/// let rule: SigningRule = "time=ms".parse()?;
/// let rules: SigningRules = [rule].into_iter().collect();
/// assert_eq!(rules.time, TimeUnit::Milliseconds);
/// # Ok::<_, countersign_http_client::transport::UnknownSigningRule>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SigningRule {
    /// `key-hash`: which form of the public key is hashed.
    KeyHash(KeyHash),
    /// `signature`: how the signature is written.
    Signature(SignatureText),
    /// `time`: the unit of the timestamp.
    Time(TimeUnit),
    /// `slash`: what becomes of a slash at the end of the signed path.
    Slash(TrailingSlash),
    /// `host`: whether the host stands before the signed path.
    Host(Host),
    /// `query`: how the signed query is written.
    Query(QueryValues),
    /// `freshness`: whether timestamp and nonce are signed.
    Freshness(Freshness),
}

/// A text sets no rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {}, found \"{found}\"", known())]
pub struct UnknownSigningRule {
    found: String,
}

/// Each rule's name and one of its values; the first value of a name is the one without a setting.
const NAMES: [(&str, &str, SigningRule); 14] = [
    ("key-hash", "pkcs1", SigningRule::KeyHash(KeyHash::Pkcs1)),
    ("key-hash", "spki", SigningRule::KeyHash(KeyHash::Spki)),
    ("signature", "base64", SigningRule::Signature(SignatureText::Base64)),
    ("signature", "hex", SigningRule::Signature(SignatureText::Hex)),
    ("time", "s", SigningRule::Time(TimeUnit::Seconds)),
    ("time", "ms", SigningRule::Time(TimeUnit::Milliseconds)),
    ("slash", "as-sent", SigningRule::Slash(TrailingSlash::AsSent)),
    ("slash", "dropped", SigningRule::Slash(TrailingSlash::Dropped)),
    ("host", "absent", SigningRule::Host(Host::Absent)),
    ("host", "before-path", SigningRule::Host(Host::BeforePath)),
    ("query", "encoded", SigningRule::Query(QueryValues::Encoded)),
    ("query", "raw", SigningRule::Query(QueryValues::Raw)),
    ("freshness", "beside", SigningRule::Freshness(Freshness::Beside)),
    ("freshness", "signed", SigningRule::Freshness(Freshness::Signed)),
];

impl SigningRule {
    /// Returns every rule with each of its values.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.into_iter().map(|(.., rule)| rule)
    }

    const fn apply(self, rules: &mut SigningRules) {
        match self {
            Self::KeyHash(value) => rules.key_hash = value,
            Self::Signature(value) => rules.signature = value,
            Self::Time(value) => rules.time = value,
            Self::Slash(value) => rules.slash = value,
            Self::Host(value) => rules.host = value,
            Self::Query(value) => rules.query = value,
            Self::Freshness(value) => rules.freshness = value,
        }
    }
}

impl FromStr for SigningRule {
    type Err = UnknownSigningRule;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once('=');
        let found = NAMES.into_iter().find(|(name, value, _)| parts == Some((name, value)));
        let unknown = || UnknownSigningRule { found: excerpt(text, SHOWN) };
        found.map(|(.., rule)| rule).ok_or_else(unknown)
    }
}

impl fmt::Display for SigningRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = NAMES.iter().find(|(.., rule)| rule == self);
        named.map_or(Ok(()), |(name, value, _)| write!(formatter, "{name}={value}"))
    }
}

impl FromIterator<SigningRule> for SigningRules {
    /// Sets rules one after the other: of two that contradict each other the later one holds.
    fn from_iter<I: IntoIterator<Item = SigningRule>>(rules: I) -> Self {
        let mut all = Self::default();
        rules.into_iter().for_each(|rule| rule.apply(&mut all));
        all
    }
}

fn known() -> String {
    SigningRule::all().map(|rule| rule.to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_what_it_displays() {
        for rule in SigningRule::all() {
            assert_eq!(rule.to_string().parse(), Ok(rule));
        }
    }

    #[test]
    fn every_name_has_its_default_first_and_another_value() {
        let default = SigningRules::default();
        for pair in NAMES.chunks(2) {
            let [(name, _, usual), (other_name, _, other)] = pair else { panic!("{pair:?}") };
            assert_eq!(name, other_name);
            assert_eq!(SigningRules::from_iter([*usual]), default, "{name}");
            assert_ne!(SigningRules::from_iter([*other]), default, "{name}");
            assert_eq!(SigningRules::from_iter([*other, *usual]), default, "the later one holds");
        }
    }

    #[test]
    fn an_unknown_rule_is_told_with_those_there_are() {
        for text in ["", "time", "time=", "time=us", "TIME=ms", "time=ms ", "clock=ms"] {
            let error = text.parse::<SigningRule>().unwrap_err().to_string();
            assert!(error.contains("time=s, time=ms, "), "{error}");
            assert!(error.ends_with(&format!("found \"{text}\"")), "{error}");
        }
        let long = "\u{1b}".repeat(1_000).parse::<SigningRule>().unwrap_err();
        assert!(long.to_string().len() < 1_000, "{long}");
    }
}
