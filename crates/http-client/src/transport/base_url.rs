use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use reqwest::Url;

use super::{ConfigError, Request};

/// Where an API is: HTTPS, or plain HTTP on this machine.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// The addresses that `localhost` stands for, whatever a name server says.
    pub(super) const LOCALHOST: [SocketAddr; 2] = [
        SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
        SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 0),
    ];

    /// Says whether the API is on this machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    /// Says whether the last part of the path is this one.
    pub(crate) fn ends_in(&self, part: &str) -> bool {
        self.0.path().trim_end_matches('/').rsplit('/').next() == Some(part)
    }

    /// Returns the URL of a request: each part of its path is one segment, whatever it holds.
    pub(super) fn join(&self, request: &Request<'_>) -> Url {
        let mut url = self.0.clone();
        // The constructor refuses what has no path.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(request.path);
            if request.trailing_slash {
                path.push("");
            }
        }
        url.set_query(Some(request.query).filter(|query| !query.is_empty()));
        url
    }
}

impl FromStr for BaseUrl {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|_| ConfigError::NotAUrl)?;
        if !url.has_host() || url.cannot_be_a_base() {
            return Err(ConfigError::NotAUrl);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ConfigError::Credentials);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(ConfigError::QueryOrFragment);
        }
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if is_loopback(&url) => Ok(Self(url)),
            _ => Err(ConfigError::NotHttps),
        }
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.as_str())
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Repeat;

    #[test]
    fn takes_https_anywhere_and_http_on_this_machine() {
        for text in [
            "https://api.example.com",
            "https://api.example.com/affiliate",
            "http://127.0.0.1:8080",
            "http://127.9.9.9",
            "http://[::1]:8080/",
            "http://localhost:1",
        ] {
            assert!(text.parse::<BaseUrl>().is_ok(), "{text}");
        }
    }

    #[test]
    fn refuses_every_other_base() {
        for (text, error) in [
            ("http://api.example.com", ConfigError::NotHttps),
            ("http://localhost.example.com", ConfigError::NotHttps),
            ("http://10.0.0.1", ConfigError::NotHttps),
            ("http://[::ffff:127.0.0.1]", ConfigError::NotHttps),
            ("ftp://127.0.0.1", ConfigError::NotHttps),
            ("https://user:secret@api.example.com", ConfigError::Credentials),
            ("https://api.example.com?key=secret", ConfigError::QueryOrFragment),
            ("https://api.example.com#a", ConfigError::QueryOrFragment),
            ("api.example.com", ConfigError::NotAUrl),
            ("data:text/plain,a", ConfigError::NotAUrl),
            ("", ConfigError::NotAUrl),
        ] {
            assert_eq!(text.parse::<BaseUrl>(), Err(error.clone()), "{text}");
            assert!(!error.to_string().contains("secret"));
        }
    }

    #[test]
    fn a_part_of_the_path_never_leaves_its_place() {
        let base: BaseUrl = "https://api.example.com/affiliate/".parse().unwrap();
        let path = ["v1", "intents", "../a/b?c#d%2f", "approvals"];
        let request = Request {
            path: &path,
            trailing_slash: true,
            query: "",
            body: None,
            repeat: Repeat::Never,
        };
        let url = base.join(&request);
        assert_eq!(
            url.as_str(),
            "https://api.example.com/affiliate/v1/intents/..%2Fa%2Fb%3Fc%23d%252f/approvals/"
        );
    }
}
