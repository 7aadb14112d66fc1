use countersign_http_client::ConfigError;
use countersign_http_client::transport::{Answer, Auth, Body, Limits, Repeat, Request, Transport};

use super::{RpcError, RpcUrl, redact_error};

/// A server of an API by paths and texts.
pub(crate) struct Rest {
    url: RpcUrl,
    transport: Transport,
}

impl Rest {
    pub(crate) fn new(url: RpcUrl, auth: Auth, limits: Limits) -> Result<Self, ConfigError> {
        let transport = Transport::new(url.base().clone(), auth, limits)?;
        Ok(Self { url, transport })
    }

    /// Returns the limits.
    pub(crate) const fn limits(&self) -> &Limits {
        self.transport.limits()
    }

    /// Gets the text at a path.
    ///
    /// # Errors
    ///
    /// Returns an [`RpcError`] if there is no whole answer, or another status than success.
    pub(crate) async fn get(&self, path: &[&str]) -> Result<String, RpcError> {
        let answer = self.send(path, None).await?;
        if answer.is_success() {
            return Ok(answer.body);
        }
        Err(RpcError::Status { status: answer.status })
    }

    /// Posts a text to a path. What it does must be the same when it is done again.
    ///
    /// # Errors
    ///
    /// Returns an [`RpcError`] if there is no whole answer.
    pub(crate) async fn post(&self, path: &[&str], text: &str) -> Result<Answer, RpcError> {
        self.send(path, Some(Body::Text(text))).await
    }

    /// Posts JSON to a path, and returns the text of the answer. What it does must be the same when it
    /// is done again.
    ///
    /// # Errors
    ///
    /// Returns an [`RpcError`] if there is no whole answer, or another status than success.
    pub(crate) async fn post_json(&self, path: &[&str], json: &str) -> Result<String, RpcError> {
        let answer = self.send(path, Some(Body::Json(json))).await?;
        if answer.is_success() {
            return Ok(answer.body);
        }
        Err(RpcError::Status { status: answer.status })
    }

    async fn send(&self, path: &[&str], body: Option<Body<'_>>) -> Result<Answer, RpcError> {
        let (query, repeat) = (self.url.query(), Repeat::Allowed);
        let request = Request { path, trailing_slash: false, query, body, repeat };
        let answer = self.transport.send(&request).await;
        Ok(answer.map_err(|error| redact_error(&self.url, error))?)
    }

    /// Cuts what may be a key out of a text from outside.
    pub(crate) fn redact(&self, text: &str) -> String {
        self.transport.redact(&self.url.redact(text))
    }
}
