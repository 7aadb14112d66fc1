use countersign_api_types::defi::{Profile, Wire};
use countersign_api_types::excerpt;

use super::{DefiClientBuilder, answer};
use crate::transport::{BaseUrl, Body, Repeat, Request, Transport};
use crate::{Call, Cause, ClientError, InvalidRequest};

/// The longest intent id that is put into a path.
const MAX_ID: usize = 128;

/// A client of the DeFi API.
///
/// Clones share their connections.
///
/// # Examples
///
/// ```
/// use countersign_api_types::defi::Profile;
/// use countersign_http_client::DefiClient;
///
/// let client = DefiClient::builder("https://defiapi.example.com")
///     .api_key("an API key".replace(' ', "-").into())
///     .profile(Profile::G3)
///     .build()?;
/// assert!(DefiClient::builder("http://defiapi.example.com").build().is_err());
/// # Ok::<_, countersign_http_client::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct DefiClient {
    transport: Transport,
    profile: Profile,
    repeat_quotes: bool,
}

impl DefiClient {
    /// Begins to set up a client of the API at a base URL.
    pub fn builder(base_url: &str) -> DefiClientBuilder {
        DefiClientBuilder::new(base_url)
    }

    pub(super) const fn new(transport: Transport, profile: Profile, repeat_quotes: bool) -> Self {
        Self { transport, profile, repeat_quotes }
    }

    /// Returns the dialect that is written.
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// Returns where the API is.
    pub const fn base_url(&self) -> &BaseUrl {
        self.transport.base()
    }

    pub(super) async fn get<T: Wire>(
        &self,
        call: Call,
        path: &[&str],
        query: &str,
    ) -> Result<T, ClientError> {
        let repeat = Repeat::Allowed;
        let path = &self.path(path);
        let request = Request { path, trailing_slash: false, query, body: None, repeat };
        self.call(call, &request).await
    }

    pub(super) async fn post<T: Wire>(
        &self,
        call: Call,
        path: &[&str],
        body: &impl Wire,
    ) -> Result<T, ClientError> {
        let body = body.to_json(self.profile).map_err(InvalidRequest::from);
        let body = body.map_err(|error| ClientError::new(call, error))?;
        let repeat = match call {
            Call::Quote if self.repeat_quotes => Repeat::Allowed,
            _ => Repeat::Never,
        };
        let path = &self.path(path);
        let trailing_slash = self.profile.has_trailing_slash();
        let request =
            Request { path, trailing_slash, query: "", body: Some(Body::Json(&body)), repeat };
        self.call(call, &request).await
    }

    /// Refuses an answer about another intent.
    pub(super) fn check_same(
        &self,
        call: Call,
        asked: &str,
        answered: &str,
    ) -> Result<(), ClientError> {
        if asked == answered {
            return Ok(());
        }
        let answered = self.transport.auth().excerpt(answered, MAX_ID);
        Err(ClientError::new(call, Cause::OtherIntent { asked: asked.to_owned(), answered }))
    }

    /// Puts the profile's part of the path before the others, unless the base URL ends in it.
    fn path<'p>(&self, path: &[&'p str]) -> Vec<&'p str> {
        let prefix = self.profile.path_prefix();
        let prefix = prefix.filter(|prefix| !self.base_url().ends_in(prefix));
        prefix.into_iter().chain(["v1"]).chain(path.iter().copied()).collect()
    }

    async fn call<T: Wire>(&self, call: Call, request: &Request<'_>) -> Result<T, ClientError> {
        let auth = self.transport.auth();
        let answer = self.transport.send(request).await;
        let read = answer.map_err(Into::into).and_then(|answer| answer::read(&answer, auth));
        read.map_err(|cause| ClientError::new(call, cause))
    }
}

/// Refuses an intent id that could lead to another path.
pub(super) fn check_id(call: Call, id: &str) -> Result<&str, ClientError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~:".contains(&byte);
    let only_dots = id.bytes().all(|byte| byte == b'.');
    if only_dots || id.len() > MAX_ID || !id.bytes().all(plain) {
        let found = excerpt(id, MAX_ID);
        return Err(ClientError::new(call, InvalidRequest::IntentId { found }));
    }
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_one_plain_segment() {
        let long = "a".repeat(129);
        for id in ["", ".", "..", "a/b", "..%2f", "a?b", "a#b", "a\\b", "a b", "é", "\n", &long] {
            assert!(check_id(Call::IntentStatus, id).is_err(), "{id}");
        }
        for id in ["8a2d3f92-2a2b-4e4c-9d8a-3c9f92e4a111", "42", "a.b:c_d~e"] {
            assert_eq!(check_id(Call::IntentStatus, id), Ok(id));
        }
    }
}
