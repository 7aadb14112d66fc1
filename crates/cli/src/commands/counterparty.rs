use std::path::Path;

use countersign::approval::Registry;
use countersign::http_client::DefiClient;
#[cfg(feature = "sandbox")]
use countersign_sandbox::{Sandbox, SandboxConfig};

use super::block_on;
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
        let sandbox = Sandbox::start(SandboxConfig::default()).await?;
        let key = sandbox.api_key().to_owned().into();
        let client = connection::with_key(sandbox.url(), endpoint.api.profile, key)?;
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
