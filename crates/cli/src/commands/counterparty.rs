use std::path::Path;
use std::sync::Arc;

use countersign::SwapApi;
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
pub(super) struct Counterparty<'a> {
    endpoint: &'a Endpoint,
    #[cfg(feature = "sandbox")]
    sandbox: Option<Sandbox>,
}

/// Who would pay, and who would be paid.
pub(super) struct Parties {
    pub(super) owner: String,
    pub(super) recipient: String,
}

/// Asks whom the arguments name.
pub(super) fn ask<T>(
    endpoint: &Endpoint,
    question: impl AsyncFnOnce(&Counterparty<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    block_on(async {
        let counterparty = Counterparty::new(endpoint).await?;
        let answer = question(&counterparty).await;
        counterparty.end().await;
        answer
    })
}

impl<'a> Counterparty<'a> {
    /// Returns a client of the DeFi API.
    pub(super) fn client(&self) -> Result<DefiClient, SetupError> {
        #[cfg(feature = "sandbox")]
        if let Some(sandbox) = &self.sandbox {
            return connection::with_sandbox(sandbox, self.endpoint.api.profile);
        }
        connection::client(&self.endpoint.api)
    }

    /// Returns the API that the arguments name.
    pub(super) fn api(&self) -> Result<Arc<dyn SwapApi>, SetupError> {
        #[cfg(feature = "sandbox")]
        if let Some(sandbox) = &self.sandbox {
            return connection::api_of_sandbox(sandbox, &self.endpoint.api);
        }
        connection::api(&self.endpoint.api)
    }

    /// Returns every API that the arguments say something of, or all of a sandbox.
    pub(super) fn apis(&self) -> Result<Vec<Arc<dyn SwapApi>>, SetupError> {
        #[cfg(feature = "sandbox")]
        if let Some(sandbox) = &self.sandbox {
            return connection::apis_of_sandbox(sandbox, &self.endpoint.api);
        }
        connection::apis(&self.endpoint.api)
    }

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

    /// Returns who would pay from one network and be paid on another: whom the arguments name, or, of
    /// a sandbox, anybody. Nothing where nobody is named.
    #[cfg_attr(
        not(feature = "sandbox"),
        expect(
            clippy::unused_self,
            clippy::unnecessary_wraps,
            reason = "only a sandbox has accounts, or lacks them"
        )
    )]
    pub(super) fn parties(
        &self,
        (owner, recipient): (Option<&String>, Option<&String>),
        (from, to): (&str, &str),
    ) -> Result<Option<Parties>, SetupError> {
        let (mut owner, mut recipient) = (owner.cloned(), recipient.cloned());
        #[cfg(feature = "sandbox")]
        if let Some(sandbox) = &self.sandbox {
            let account = connection::sandbox_account(sandbox, from)?;
            owner = owner.or(Some(account.address));
            recipient = recipient.or_else(|| sandbox.new_recipient(to));
        }
        #[cfg(not(feature = "sandbox"))]
        let _ = (from, to, &mut owner, &mut recipient);
        Ok(owner.zip(recipient).map(|(owner, recipient)| Parties { owner, recipient }))
    }

    #[cfg(feature = "sandbox")]
    async fn new(endpoint: &'a Endpoint) -> Result<Self, Failure> {
        if !endpoint.sandbox {
            return Ok(Self { endpoint, sandbox: None });
        }
        let auth = sandbox::auth(endpoint.signed_requests);
        let sandbox = Sandbox::start(SandboxConfig { auth, ..SandboxConfig::default() }).await?;
        Ok(Self { endpoint, sandbox: Some(sandbox) })
    }

    #[cfg(not(feature = "sandbox"))]
    #[expect(clippy::unused_async, reason = "only a sandbox has to be started")]
    async fn new(endpoint: &'a Endpoint) -> Result<Self, Failure> {
        Ok(Self { endpoint })
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
