use std::fmt;

use async_trait::async_trait;
use countersign_http_client::transport::{Auth, Limits, Repeat, Request, Transport};
use countersign_http_client::{ConfigError, TransportError};

use super::{JsonRpcTransport, RpcError, RpcUrl};

/// A node over HTTP. Its questions have no effect, so they are asked again where that may help.
///
/// A call with an effect, such as sending a transaction, is not for this: it might be sent twice.
#[derive(Clone)]
pub struct HttpRpc {
    url: RpcUrl,
    transport: Transport,
}

impl HttpRpc {
    /// Sets up the connection to a node; it is made when the first question is asked.
    ///
    /// Most nodes want no `auth` but the key in their URL: [`Auth::None`].
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError::Client`] if there is no TLS to be had.
    pub fn new(url: RpcUrl, auth: impl Into<Auth>, limits: Limits) -> Result<Self, ConfigError> {
        let transport = Transport::new(url.base().clone(), auth, limits)?;
        Ok(Self { url, transport })
    }

    /// Cuts the URL out of what the layers below tell.
    fn redact_error(&self, error: TransportError) -> TransportError {
        match error {
            TransportError::Connect { reason } => {
                TransportError::Connect { reason: self.url.redact(&reason) }
            }
            TransportError::Io { reason } => {
                TransportError::Io { reason: self.url.redact(&reason) }
            }
            other => other,
        }
    }
}

#[async_trait]
impl JsonRpcTransport for HttpRpc {
    async fn post(&self, body: &str) -> Result<String, RpcError> {
        // The URL's own path is in the base, so that no log of requests holds it.
        let request = Request {
            path: &[],
            trailing_slash: self.url.trailing_slash(),
            query: self.url.query(),
            body: Some(body),
            repeat: Repeat::Allowed,
        };
        let answer =
            self.transport.send(&request).await.map_err(|error| self.redact_error(error))?;
        if answer.is_success() {
            return Ok(answer.body);
        }
        Err(RpcError::Status { status: answer.status })
    }

    fn redact(&self, text: &str) -> String {
        self.url.redact(text)
    }
}

impl fmt::Debug for HttpRpc {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("HttpRpc").field("url", &self.url).finish_non_exhaustive()
    }
}
