//! The text that is signed.

use reqwest::Url;

use super::{Freshness, Host, QueryValues, SigningRules, TrailingSlash};
use crate::transport::authentication::Outgoing;

/// Sorts the pairs of a query by key; those of one key stay in their order.
pub(super) fn sorted_query(query: &str) -> String {
    let mut pairs: Vec<_> = query.split('&').filter(|pair| !pair.is_empty()).collect();
    pairs.sort_by_key(|pair| pair.split_once('=').map_or(*pair, |(key, _)| key));
    pairs.join("&")
}

/// Returns `METHOD:PATH:QUERY:BODY`, as the rules want it.
pub(super) fn to_sign(outgoing: &Outgoing, rules: SigningRules, time: &str, nonce: &str) -> String {
    let (method, url) = (outgoing.method(), &outgoing.url);
    let body = outgoing.body.as_deref().unwrap_or_default();
    let text = format!("{method}:{}:{}:{body}", path(url, rules), query(url, rules));
    match rules.freshness {
        Freshness::Beside => text,
        Freshness::Signed => format!("{text}:{time}:{nonce}"),
    }
}

fn path(url: &Url, rules: SigningRules) -> String {
    let path = url.path();
    let path = match rules.slash {
        TrailingSlash::AsSent => path,
        TrailingSlash::Dropped => path.strip_suffix('/').unwrap_or(path),
    };
    match rules.host {
        Host::Absent => path.to_owned(),
        Host::BeforePath => format!("{}{path}", authority(url)),
    }
}

fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn query(url: &Url, rules: SigningRules) -> String {
    match rules.query {
        QueryValues::Encoded => url.query().unwrap_or_default().to_owned(),
        QueryValues::Raw => {
            let pairs = url.query_pairs().map(|(key, value)| format!("{key}={value}"));
            pairs.collect::<Vec<_>>().join("&")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(url: &str, body: Option<&str>, rules: SigningRules) -> String {
        let outgoing = Outgoing { url: url.parse().unwrap(), body: body.map(str::to_owned) };
        to_sign(&outgoing, rules, "1772124002", "n-1")
    }

    #[test]
    fn four_parts_by_default() {
        let rules = SigningRules::default();
        let get = "https://api.example.com/affiliate/v1/tokens?limit=5&q=a%20b";
        assert_eq!(text(get, None, rules), "GET:/affiliate/v1/tokens:limit=5&q=a%20b:");
        let post = text("https://api.example.com/v1/quotes/", Some(r#"{"a":1}"#), rules);
        assert_eq!(post, r#"POST:/v1/quotes/::{"a":1}"#);
    }

    #[test]
    fn each_rule_changes_its_part() {
        let rules = SigningRules::default();
        let url = "http://127.0.0.1:8080/v1/tokens/?q=a%20b%26%C3%A9";
        let dropped = SigningRules { slash: TrailingSlash::Dropped, ..rules };
        assert_eq!(text(url, None, dropped), "GET:/v1/tokens:q=a%20b%26%C3%A9:");
        let host = SigningRules { host: Host::BeforePath, ..rules };
        assert_eq!(text(url, None, host), "GET:127.0.0.1:8080/v1/tokens/:q=a%20b%26%C3%A9:");
        let usual = text("https://api.example.com/v1/x", None, host);
        assert_eq!(usual, "GET:api.example.com/v1/x::");
        let raw = SigningRules { query: QueryValues::Raw, ..rules };
        assert_eq!(text(url, None, raw), "GET:/v1/tokens/:q=a b&é:");
        let fresh = SigningRules { freshness: Freshness::Signed, ..rules };
        let signed = text("https://api.example.com/v1/x", None, fresh);
        assert_eq!(signed, "GET:/v1/x:::1772124002:n-1");
    }

    #[test]
    fn a_query_is_sorted_by_key() {
        assert_eq!(sorted_query("q=1&limit=5&a=z&q=0&ab=1"), "a=z&ab=1&limit=5&q=1&q=0");
        assert_eq!(sorted_query("a-b=1&a=2"), "a=2&a-b=1");
        assert_eq!(sorted_query(""), "");
    }
}
