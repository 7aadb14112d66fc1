use std::fmt;

use countersign_api_types::excerpt;
use reqwest::Url;
use reqwest::header::HeaderMap;

use super::{BaseUrl, HmacKey, PathKey, Request, RsaAuth, SigningError, StaticKey};

/// How requests prove who sends them, if they do; any scheme goes with any dialect.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Auth {
    /// Nothing in the headers: the server asks for no key, or the URL itself holds it.
    None,
    /// A key in a header of each request.
    StaticKey(StaticKey),
    /// Several keys side by side, each in a header of its own; there may be none.
    StaticKeys(Vec<StaticKey>),
    /// A key in the path of each request, as its last part.
    PathKey(PathKey),
    /// A signature over each request.
    Signed(RsaAuth),
    /// A signature over each request by a secret that the server has too.
    Hmac(HmacKey),
}

/// A request in the very form in which it is sent.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Outgoing {
    pub(super) url: Url,
    /// What to post; without it the request is a GET.
    pub(super) body: Option<String>,
}

impl Auth {
    /// Brings a request into the form that the scheme wants.
    pub(super) fn outgoing(
        &self,
        base: &BaseUrl,
        request: &Request<'_>,
    ) -> Result<Outgoing, SigningError> {
        match self {
            Self::None | Self::StaticKey(_) | Self::StaticKeys(_) | Self::Hmac(_) => {
                Ok(Outgoing::plain(base.join(request), request))
            }
            Self::PathKey(key) => Ok(Outgoing::plain(key.append(base.join(request)), request)),
            Self::Signed(_) => RsaAuth::outgoing(base, request),
        }
    }

    /// Returns the headers of one attempt; those that aren't public are marked as sensitive.
    pub(super) fn headers(&self, outgoing: &Outgoing) -> Result<HeaderMap, SigningError> {
        match self {
            Self::None | Self::PathKey(_) => Ok(HeaderMap::new()),
            Self::StaticKey(key) => Ok(HeaderMap::from_iter([key.header()])),
            Self::StaticKeys(keys) => Ok(keys.iter().map(StaticKey::header).collect()),
            Self::Signed(key) => key.headers(outgoing),
            Self::Hmac(key) => key.headers(outgoing),
        }
    }

    /// Cuts the key out of a text from outside.
    pub(crate) fn redact(&self, text: &str) -> String {
        match self {
            // The secret of the last is never sent.
            Self::None | Self::Hmac(_) => text.to_owned(),
            Self::StaticKey(key) => key.redact(text),
            Self::StaticKeys(keys) => {
                keys.iter().fold(text.to_owned(), |text, key| key.redact(&text))
            }
            Self::PathKey(key) => key.redact(text),
            Self::Signed(key) => key.redact(text),
        }
    }

    /// Bounds and escapes a text from outside, after the key was cut out of it.
    pub(crate) fn excerpt(&self, text: &str, limit: usize) -> String {
        excerpt(&self.redact(text), limit)
    }
}

impl Outgoing {
    fn plain(url: Url, request: &Request<'_>) -> Self {
        Self { url, body: request.body.map(|body| body.text().to_owned()) }
    }

    pub(super) const fn method(&self) -> &'static str {
        match self.body {
            None => "GET",
            Some(_) => "POST",
        }
    }
}

impl Outgoing {
    /// Returns the path, with the query if there is one.
    pub(super) fn path(&self) -> String {
        let path = self.url.path();
        self.url.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"))
    }
}

impl fmt::Debug for Outgoing {
    /// Shows neither the URL nor the body: a key may be in either.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Outgoing").field("method", &self.method()).finish_non_exhaustive()
    }
}

impl From<StaticKey> for Auth {
    fn from(key: StaticKey) -> Self {
        Self::StaticKey(key)
    }
}

impl From<Vec<StaticKey>> for Auth {
    fn from(keys: Vec<StaticKey>) -> Self {
        Self::StaticKeys(keys)
    }
}

impl From<PathKey> for Auth {
    fn from(key: PathKey) -> Self {
        Self::PathKey(key)
    }
}

impl From<HmacKey> for Auth {
    fn from(key: HmacKey) -> Self {
        Self::Hmac(key)
    }
}

impl From<RsaAuth> for Auth {
    fn from(key: RsaAuth) -> Self {
        Self::Signed(key)
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderName;

    use super::*;

    #[test]
    fn the_cut_leaves_no_beginning_of_a_key() {
        let key = StaticKey::new(HeaderName::from_static("x-api-key"), "sk-4242".into()).unwrap();
        let auth = Auth::from(key);
        assert_eq!(auth.excerpt("your key sk-4242 is\nold", 30), r"your key [redacted] is\nold");
        assert_eq!(auth.excerpt("key sk-4242", 8), "key [red…");
    }
}
