use countersign_api_types::oneclick::{StatusRequest, StatusResponse, Wire};

use super::answer;
use crate::transport::{
    Answer, Auth, BaseUrl, Body, ConfigError, Limits, Repeat, Request, Transport,
};
use crate::{Call, Cause, ClientError, InvalidRequest};

/// Sends what both 1Click and Aurora understand, and reads what both answer.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    transport: Transport,
}

impl Exchange {
    pub(crate) fn new(
        base: &str,
        auth: impl Into<Auth>,
        limits: Limits,
    ) -> Result<Self, ConfigError> {
        let base: BaseUrl = base.parse()?;
        Ok(Self { transport: Transport::new(base, auth, limits)? })
    }

    pub(crate) const fn base_url(&self) -> &BaseUrl {
        self.transport.base()
    }

    pub(crate) async fn get<T: Wire>(
        &self,
        call: Call,
        path: &[&str],
        query: &str,
    ) -> Result<T, ClientError> {
        self.send(call, path, query, None).await
    }

    pub(crate) async fn post<T: Wire>(
        &self,
        call: Call,
        path: &[&str],
        body: &impl Wire,
    ) -> Result<T, ClientError> {
        let body = body.to_json().map_err(InvalidRequest::from);
        let body = body.map_err(|error| ClientError::new(call, error))?;
        self.send(call, path, "", Some(&body)).await
    }

    /// Refuses a status of another deposit than the one that was asked about.
    pub(crate) fn check_same(
        &self,
        call: Call,
        asked: &StatusRequest,
        answered: StatusResponse,
    ) -> Result<StatusResponse, ClientError> {
        let same = answer::check_same(asked, &answered, self.transport.auth());
        same.map(|()| answered).map_err(|cause| ClientError::new(call, cause))
    }

    async fn send<T: Wire>(
        &self,
        call: Call,
        path: &[&str],
        query: &str,
        body: Option<&str>,
    ) -> Result<T, ClientError> {
        // What has an effect is sent once.
        let repeat = if call.has_effect() { Repeat::Never } else { Repeat::Allowed };
        let body = body.map(Body::Json);
        let request = Request { path, trailing_slash: false, query, body, repeat };
        let answer = self.transport.send(&request).await.map_err(Cause::from);
        let read = |answer: Answer| answer::read(&answer, self.transport.auth());
        answer.and_then(read).map_err(|cause| ClientError::new(call, cause))
    }
}
