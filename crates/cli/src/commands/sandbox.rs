//! `countersign sandbox`: a counterparty on this machine, for any client.

mod files;
mod told;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use countersign::approval::SwapId;
use countersign::bitcoin::RefundRecipe;
use countersign::{KeepRefund, KeepRefundError};
use countersign_sandbox::{
    Account, AuthScheme, HtlcTemplate, PayloadForm, Sandbox, SandboxConfig, Tamper,
};

use super::block_on;
use crate::arguments::{self, Hostile};
use crate::connection::{self, SetupError};
use crate::exit::{Ended, Failure};
use crate::output;

pub(crate) use told::{api, trade};

/// How long an intent lives, and its lock after it, where the resolver fails.
const SHORT: Duration = Duration::from_secs(4);

/// How a sandbox wants its requests to be proved.
pub(crate) const fn auth(signed_requests: bool) -> AuthScheme {
    if signed_requests { AuthScheme::SignedRequests } else { AuthScheme::StaticKey }
}

/// The settings that the arguments ask for.
pub(crate) fn config(hostile: Hostile) -> SandboxConfig {
    let form = if hostile.typed_data { PayloadForm::TypedData } else { PayloadForm::Api };
    let Hostile { tamper, fault, .. } = hostile;
    // A lie about taproot is told where there is something taproot.
    let taproot = tamper.is_some_and(Tamper::needs_taproot);
    let htlc_template = if taproot { HtlcTemplate::P2trV1 } else { HtlcTemplate::P2wshV1 };
    let default =
        SandboxConfig { tamper, fault, payload_form: form, htlc_template, ..Default::default() };
    if !hostile.resolver_fails {
        return default;
    }
    let (intent_lifetime, refund_delay) = (SHORT, SHORT);
    SandboxConfig { resolver_fails: true, intent_lifetime, refund_delay, ..default }
}

/// Picks the account that pays on a network: one with taproot coins for a lie about them.
pub(crate) fn account(
    sandbox: &Sandbox,
    network: &str,
    hostile: Hostile,
) -> Result<Account, SetupError> {
    let taproot = hostile.tamper.is_some_and(Tamper::needs_taproot);
    let own = |account: &Account| account.network == network && account.name == "taproot";
    let found = sandbox.accounts().into_iter().find(|account| taproot && own(account));
    found.map_or_else(|| connection::sandbox_account(sandbox, network), Ok)
}

/// Keeps recipes for as long as the sandbox runs: what is locked up in it ends with it.
#[derive(Clone, Default)]
pub(crate) struct Recipes(Arc<Mutex<Vec<RefundRecipe>>>);

impl Recipes {
    /// Returns the latest recipe.
    pub(crate) fn latest(&self) -> Option<RefundRecipe> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).last().cloned()
    }
}

#[async_trait]
impl KeepRefund for Recipes {
    async fn keep(&self, _: SwapId, recipe: &RefundRecipe) -> Result<(), KeepRefundError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(recipe.clone());
        Ok(())
    }
}

pub(crate) fn run(arguments: &arguments::Sandbox) -> Result<Ended, Failure> {
    block_on(async {
        let (port, auth) = (arguments.port, auth(arguments.signed_requests));
        let config = SandboxConfig { port, auth, ..config(arguments.hostile) };
        let sandbox = Sandbox::start(config).await?;
        output::result(format_args!("{}", sandbox.url()))?;
        match &arguments.out {
            Some(folder) => files::write(&sandbox, folder)?,
            None => introduce(&sandbox),
        }
        output::say(format_args!("Ctrl-C ends it"));
        tokio::signal::ctrl_c().await.map_err(Failure::io("Ctrl-C"))?;
        sandbox.shutdown().await;
        Ok(Ended::Done)
    })
}

fn introduce(sandbox: &Sandbox) {
    if sandbox.rsa_private_key_pem().is_none() {
        output::say(format_args!("X-Api-Key  {}", sandbox.api_key()));
    }
    for account in sandbox.accounts() {
        output::say(format_args!(
            "account    {} on {}: {}",
            account.name, account.network, account.address
        ));
    }
    output::say(format_args!(
        "--out FOLDER writes registry, policy and keys for `countersign swap`"
    ));
}
