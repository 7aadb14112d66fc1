use super::{Exchange, OneClickClientBuilder};
use crate::transport::BaseUrl;

/// Where 1Click is. There is no test network.
pub const ONECLICK_URL: &str = "https://1click.chaindefuser.com";

/// A client of the 1Click API.
///
/// Clones share their connections. Both credentials are optional, and both are sent where both
/// are there.
///
/// # Examples
///
/// ```
/// use countersign_http_client::OneClickClient;
/// use countersign_http_client::oneclick::ONECLICK_URL;
///
/// let client = OneClickClient::builder(ONECLICK_URL)
///     .partner_key("a partner's key".replace(' ', "-").into())
///     .user_session("an access token".replace(' ', "-").into())
///     .build()?;
/// assert!(!format!("{client:?}").contains("partner"));
/// # Ok::<_, countersign_http_client::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct OneClickClient {
    pub(super) exchange: Exchange,
}

impl OneClickClient {
    /// Begins to set up a client of the API at a base URL, such as [`ONECLICK_URL`].
    pub fn builder(base_url: &str) -> OneClickClientBuilder {
        OneClickClientBuilder::new(base_url)
    }

    pub(super) const fn new(exchange: Exchange) -> Self {
        Self { exchange }
    }

    /// Returns where the API is.
    pub const fn base_url(&self) -> &BaseUrl {
        self.exchange.base_url()
    }
}
