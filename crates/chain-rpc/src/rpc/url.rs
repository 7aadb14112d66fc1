use std::fmt;
use std::str::FromStr;

use countersign_http_client::ConfigError;
use countersign_http_client::transport::BaseUrl;

/// What stands in a text for a part of the URL.
const REDACTED: &str = "[redacted]";
/// Whether keys are kept out of what is shown. Only builds of tests switch it off, which look for
/// what is shown then.
const REDACTS: bool = !cfg!(countersign_unredacted);
/// Parts that are shorter are words of the path, such as `v2`, rather than keys.
const SHORTEST_KEY: usize = 6;

/// Where a node is: HTTPS, or plain HTTP on this machine.
///
/// Providers put their keys into path and query, so that `Debug` and `Display` show scheme and
/// host alone.
#[derive(Clone, PartialEq, Eq)]
pub struct RpcUrl {
    base: BaseUrl,
    trailing_slash: bool,
    query: String,
}

impl RpcUrl {
    /// Returns the URL without its query.
    pub(crate) const fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// Says whether the path ends in a slash.
    pub(super) const fn trailing_slash(&self) -> bool {
        self.trailing_slash
    }

    /// Returns the query, percent-encoded; empty for none.
    pub(crate) fn query(&self) -> &str {
        &self.query
    }

    /// Cuts what may be a key out of a text from outside.
    pub(crate) fn redact(&self, text: &str) -> String {
        if !REDACTS {
            return text.to_owned();
        }
        let url = self.base.to_string();
        let (_, path) = split_host(&url);
        let parts = path.split('/').chain(self.query.split(['&', '=']));
        let keys = parts.filter(|part| part.len() >= SHORTEST_KEY);
        keys.fold(text.to_owned(), |text, key| text.replace(key, REDACTED))
    }
}

impl FromStr for RpcUrl {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        if query.contains('#') {
            return Err(ConfigError::QueryOrFragment);
        }
        let base: BaseUrl = path.parse()?;
        let url = base.to_string();
        let trailing_slash = split_host(&url).1.len() > 1 && url.ends_with('/');
        Ok(Self { base, trailing_slash, query: query.to_owned() })
    }
}

impl fmt::Display for RpcUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.base.to_string();
        formatter.write_str(if REDACTS { split_host(&url).0 } else { &url })
    }
}

impl fmt::Debug for RpcUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RpcUrl({self})")
    }
}

/// Splits a URL before its path.
fn split_host(url: &str) -> (&str, &str) {
    let host = url.find("://").map_or(0, |scheme| scheme.saturating_add(3));
    let path = url.get(host..).and_then(|rest| rest.find('/'));
    let end = path.map_or(url.len(), |path| path.saturating_add(host));
    url.split_at_checked(end).unwrap_or((url, ""))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn shows_the_host_alone() {
        for text in [
            "https://mainnet.example.com/v3/0123456789abcdef",
            "https://mainnet.example.com/v3/0123456789abcdef/?apikey=fedcba9876543210",
            "https://mainnet.example.com?apikey=fedcba9876543210",
        ] {
            let url: RpcUrl = text.parse().unwrap();
            assert_eq!(url.to_string(), "https://mainnet.example.com");
            assert_eq!(format!("{url:?}"), "RpcUrl(https://mainnet.example.com)");
            let echoed = url.redact(text);
            assert!(!echoed.contains("0123456789abcdef"), "{echoed}");
            assert!(!echoed.contains("fedcba9876543210"), "{echoed}");
        }
    }

    #[test]
    fn keeps_path_and_query_for_the_request() {
        let url: RpcUrl = "http://127.0.0.1:8545/a/key/?b=c%20d".parse().unwrap();
        assert_eq!((url.query(), url.trailing_slash()), ("b=c%20d", true));
        assert_eq!(url.base().to_string(), "http://127.0.0.1:8545/a/key/");
        let bare: RpcUrl = "http://127.0.0.1:8545".parse().unwrap();
        assert_eq!((bare.query(), bare.trailing_slash()), ("", false));
    }

    #[test]
    fn refuses_what_is_no_url_of_a_node() {
        for (text, error) in [
            ("http://node.example.com", ConfigError::NotHttps),
            ("https://user:secret@node.example.com", ConfigError::Credentials),
            ("https://node.example.com/#a", ConfigError::QueryOrFragment),
            ("https://node.example.com/?a=b#c", ConfigError::QueryOrFragment),
            ("node.example.com", ConfigError::NotAUrl),
        ] {
            assert_eq!(text.parse::<RpcUrl>(), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_key_is_shown(key in "[a-zA-Z0-9_-]{6,64}", place in 0_usize..3) {
            let url = ["/KEY", "/v3/KEY/", "/rpc?apikey=KEY&a=b"][place].replace("KEY", &key);
            let url = format!("https://host.invalid{url}");
            let parsed: RpcUrl = url.parse().unwrap();
            let shown = format!("{parsed} {parsed:?}");
            prop_assert!(!shown.contains(&key), "{}", shown);
            let echoed = parsed.redact(&format!("no such key {key}"));
            prop_assert!(!echoed.contains(&key), "{}", echoed);
        }

        #[test]
        fn no_text_panics(text in ".*|https?://.*") {
            let _ = text.parse::<RpcUrl>().map(|url| (url.redact(&text), url.to_string()));
        }
    }
}
