use std::fmt;

use async_trait::async_trait;
use countersign_http_client::transport::{Auth, Body, Limits, Repeat, Request, Transport};
use countersign_http_client::{ConfigError, TransportError};

use super::{JsonRpcTransport, RpcError, RpcUrl};

/// A node over HTTP. Its questions have no effect, so they are asked again where that may help.
///
/// A call with an effect is not for this: it might be sent twice. A signed Bitcoin transaction may
/// be: it has its effect once.
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
}

#[async_trait]
impl JsonRpcTransport for HttpRpc {
    async fn post(&self, body: &str) -> Result<String, RpcError> {
        // The URL's own path is in the base, so that no log of requests holds it.
        let request = Request {
            path: &[],
            trailing_slash: self.url.trailing_slash(),
            query: self.url.query(),
            body: Some(Body::Json(body)),
            repeat: Repeat::Allowed,
        };
        let answer =
            self.transport.send(&request).await.map_err(|error| redact_error(&self.url, error))?;
        if answer.is_success() {
            return Ok(answer.body);
        }
        Err(RpcError::Status { status: answer.status })
    }

    fn redact(&self, text: &str) -> String {
        self.transport.redact(&self.url.redact(text))
    }
}

/// Cuts a URL out of what the layers below tell.
pub(crate) fn redact_error(url: &RpcUrl, error: TransportError) -> TransportError {
    match error {
        TransportError::Connect { reason } => {
            TransportError::Connect { reason: url.redact(&reason) }
        }
        TransportError::Io { reason } => TransportError::Io { reason: url.redact(&reason) },
        other => other,
    }
}

impl fmt::Debug for HttpRpc {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("HttpRpc").field("url", &self.url).finish_non_exhaustive()
    }
}
