use std::error::Error;
use std::fmt;
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, ClientBuilder, redirect, retry};
use tokio::time::{Instant, sleep, timeout};

use super::backoff::Backoff;
use super::{
    Answer, Auth, BaseUrl, Body, ConfigError, Limits, Repeat, Request, TlsSettings, TransportError,
    Waiting, body, retry_after,
};

const JSON: &str = "application/json";
const USER_AGENT: &str = concat!("countersign/", env!("CARGO_PKG_VERSION"));
/// How many characters of an error of the layers below are kept.
const REASON: usize = 200;

/// Sends requests to one API.
#[derive(Clone)]
pub struct Transport {
    client: Client,
    base: BaseUrl,
    auth: Auth,
    limits: Limits,
}

impl Transport {
    /// Sets up a transport; it connects when the first request is sent.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError::Client`] if there is no TLS to be had.
    pub fn new(base: BaseUrl, auth: impl Into<Auth>, limits: Limits) -> Result<Self, ConfigError> {
        Self::with_tls(base, auth, limits, &TlsSettings::default())
    }

    /// Sets up a transport with a certificate of our own, or certificates that we believe.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError::Client`] if there is no TLS to be had.
    pub fn with_tls(
        base: BaseUrl,
        auth: impl Into<Auth>,
        limits: Limits,
        tls: &TlsSettings,
    ) -> Result<Self, ConfigError> {
        let auth = auth.into();
        let client = tls.apply(client(&base, &limits)).build().map_err(|error| {
            let reason = auth.excerpt(&root(&error), REASON);
            ConfigError::Client { reason }
        })?;
        Ok(Self { client, base, auth, limits })
    }

    /// Returns the API's base URL.
    pub const fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// Returns the limits.
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Cuts the key that requests are sent with out of a text from outside.
    pub fn redact(&self, text: &str) -> String {
        self.auth.redact(text)
    }

    /// Returns how requests are authenticated, which can cut its key out of texts.
    pub(crate) const fn auth(&self) -> &Auth {
        &self.auth
    }

    /// Sends a request, and again where that is allowed and may help.
    ///
    /// # Errors
    ///
    /// Returns a [`TransportError`] if there is no whole answer within the limits. An answer of
    /// any status is no error here.
    pub async fn send(&self, request: &Request<'_>) -> Result<Answer, TransportError> {
        let started = Instant::now();
        let mut backoff = Backoff::new(&self.limits);
        loop {
            let outcome = self.attempt(request, self.left(started)).await;
            let wait = match request.repeat {
                Repeat::Never => None,
                Repeat::Allowed => wait(&outcome, &mut backoff),
            };
            // Whoever can't wait long enough has the answer now.
            let Some(wait) = wait.filter(|wait| *wait < self.left(started)) else {
                return outcome;
            };
            tracing::debug!(path = ?request.path, wait_ms = wait.as_millis(), "sending again");
            sleep(wait).await;
        }
    }

    fn left(&self, started: Instant) -> Duration {
        self.limits.total.saturating_sub(started.elapsed())
    }

    async fn attempt(
        &self,
        request: &Request<'_>,
        left: Duration,
    ) -> Result<Answer, TransportError> {
        let limit = self.limits.attempt.min(left);
        let outcome = timeout(limit, self.exchange(request)).await.unwrap_or_else(|_| {
            Err(if left <= self.limits.attempt {
                TransportError::Timeout { waiting: Waiting::Request, limit: self.limits.total }
            } else {
                TransportError::Timeout { waiting: Waiting::Answer, limit }
            })
        });
        match &outcome {
            Ok(answer) => tracing::debug!(path = ?request.path, status = answer.status, "answered"),
            Err(error) => tracing::debug!(path = ?request.path, code = error.code(), "no answer"),
        }
        outcome
    }

    async fn exchange(&self, request: &Request<'_>) -> Result<Answer, TransportError> {
        let outgoing = self.auth.outgoing(&self.base, request)?;
        // Each attempt is authenticated anew: a signature holds once.
        let headers = self.auth.headers(&outgoing)?;
        let builder = match outgoing.body {
            None => self.client.get(outgoing.url),
            Some(body) => {
                let form = request.body.map_or(JSON, Body::content_type);
                self.client.post(outgoing.url).header(CONTENT_TYPE, form).body(body)
            }
        };
        let sent = builder.header(ACCEPT, JSON).headers(headers).send().await;
        let response = sent.map_err(|error| self.unsent(error))?;
        Ok(Answer {
            status: response.status().as_u16(),
            retry_after: retry_after::read(response.headers()),
            body: body::read(response, self.limits.max_body, &self.auth).await?,
        })
    }

    fn unsent(&self, error: reqwest::Error) -> TransportError {
        if error.is_connect() && error.is_timeout() {
            let limit = self.limits.connect;
            return TransportError::Timeout { waiting: Waiting::Connection, limit };
        }
        if error.is_connect() {
            let reason = self.auth.excerpt(&root(&error.without_url()), REASON);
            return TransportError::Connect { reason };
        }
        broken(error, &self.auth)
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Transport")
            .field("base", &self.base)
            .field("auth", &self.auth)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// Tells that a connection broke while it was used.
pub(super) fn broken(error: reqwest::Error, auth: &Auth) -> TransportError {
    TransportError::Io { reason: auth.excerpt(&root(&error.without_url()), REASON) }
}

fn client(base: &BaseUrl, limits: &Limits) -> ClientBuilder {
    let builder = Client::builder()
        .user_agent(USER_AGENT)
        .connect_timeout(limits.connect)
        .redirect(redirect::Policy::none())
        .referer(false)
        // Requests are repeated by this transport alone.
        .retry(retry::never());
    if base.is_loopback() {
        // A proxy or a name server would take the key off this machine.
        return builder.no_proxy().resolve_to_addrs("localhost", &BaseUrl::LOCALHOST);
    }
    builder.https_only(true)
}

/// Returns how long to wait before another attempt, if there is to be one.
fn wait(outcome: &Result<Answer, TransportError>, backoff: &mut Backoff) -> Option<Duration> {
    let (may_pass, asked) = match outcome {
        Ok(answer) => (answer.may_pass(), answer.retry_after),
        Err(error) => (error.may_pass(), None),
    };
    let wait = may_pass.then(|| backoff.next()).flatten()?;
    Some(wait.max(asked.unwrap_or_default()))
}

/// Returns the text of the innermost error, which tells the cause.
fn root(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
