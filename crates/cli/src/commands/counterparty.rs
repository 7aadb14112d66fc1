use std::path::Path;

use countersign::approval::Registry;
use countersign::http_client::DefiClient;
#[cfg(feature = "sandbox")]
use countersign_sandbox::{Sandbox, SandboxConfig};

use super::block_on;
#[cfg(feature = "sandbox")]
use super::sandbox;
use crate::arguments::Endpoint;
use crate::connection::{self, SetupError};
use crate::exit::Failure;

/// Who is asked: an API, or a sandbox that lives as long as the question.
pub(super) struct Counterparty {
    pub(super) client: DefiClient,
    #[cfg(feature = "sandbox")]
    sandbox: Option<Sandbox>,
}

/// Asks whom the arguments name.
pub(super) fn ask<T>(
    endpoint: &Endpoint,
    question: impl AsyncFnOnce(&Counterparty) -> Result<T, Failure>,
) -> Result<T, Failure> {
    block_on(async {
        let counterparty = Counterparty::new(endpoint).await?;
        let answer = question(&counterparty).await;
        counterparty.end().await;
        answer
    })
}

impl Counterparty {
    /// Returns the registry: the file's, or that of the sandbox.
    #[cfg_attr(
        not(feature = "sandbox"),
        expect(clippy::unused_self, reason = "only a sandbox has a registry of its own")
    )]
    pub(super) fn registry(&self, path: Option<&Path>) -> Result<Registry, SetupError> {
        #[cfg(feature = "sandbox")]
        if let Some(sandbox) = &self.sandbox {
            return Ok(Registry::from_toml(&sandbox.registry_toml())?);
        }
        connection::registry(path.ok_or(SetupError::Missing("--registry"))?)
    }

    #[cfg(feature = "sandbox")]
    async fn new(endpoint: &Endpoint) -> Result<Self, Failure> {
        if !endpoint.sandbox {
            return Ok(Self { client: connection::client(&endpoint.api)?, sandbox: None });
        }
        let auth = sandbox::auth(endpoint.signed_requests);
        let sandbox = Sandbox::start(SandboxConfig { auth, ..SandboxConfig::default() }).await?;
        let client = connection::with_sandbox(&sandbox, endpoint.api.profile)?;
        Ok(Self { client, sandbox: Some(sandbox) })
    }

    #[cfg(not(feature = "sandbox"))]
    #[expect(clippy::unused_async, reason = "only a sandbox has to be started")]
    async fn new(endpoint: &Endpoint) -> Result<Self, Failure> {
        Ok(Self { client: connection::client(&endpoint.api)? })
    }

    #[cfg_attr(
        not(feature = "sandbox"),
        expect(clippy::unused_async, reason = "only a sandbox has to be ended")
    )]
    async fn end(self) {
        #[cfg(feature = "sandbox")]
        if let Some(sandbox) = self.sandbox {
            sandbox.shutdown().await;
        }
    }
}
