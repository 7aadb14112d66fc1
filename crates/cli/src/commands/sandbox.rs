//! `countersign sandbox`: a counterparty on this machine, for any client.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use countersign::approval::SwapId;
use countersign::bitcoin::RefundRecipe;
use countersign::{KeepRefund, KeepRefundError, TokenAt};
use countersign_sandbox::{
    Account, AuthScheme, HtlcTemplate, PayloadForm, Sandbox, SandboxConfig, Tamper,
};

use super::block_on;
use crate::arguments::{self, Hostile, Trade};
use crate::connection::{self, SetupError};
use crate::exit::{Ended, Failure};
use crate::output;
use crate::refunds::Folder;

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

/// Says what is traded: where a lie is told only about another token of the same network, that one,
/// and where nothing is named, what the lie is about.
///
/// # Errors
///
/// Returns [`SetupError::Argument`] for a lie that is not told on that network: the swap would be
/// honest.
pub(crate) fn trade(trade: &Trade, hostile: Hostile) -> Result<Trade, SetupError> {
    let Some(lie) = hostile.tamper else { return Ok(trade.clone()) };
    let from = trade.from();
    if trade.names_from() && lie.is_told_from(&from.symbol, &from.network) {
        return Ok(trade.clone());
    }
    let source: TokenAt = lie.source().parse().map_err(|_| SetupError::Missing("a token"))?;
    if trade.names_from() && from.network != source.network {
        let message = format!("--tamper {lie} is told about {source}, not about {from}");
        return Err(SetupError::Argument(message));
    }
    if trade.names_from() {
        output::say(format_args!("{lie} is told about {source}, so that is swapped"));
    }
    Ok(trade.giving(source))
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

/// Keeps recipes in a folder, and at hand for as long as the sandbox runs.
pub(crate) struct Both(pub(crate) Folder, pub(crate) Recipes);

#[async_trait]
impl KeepRefund for Both {
    async fn keep(&self, swap_id: SwapId, recipe: &RefundRecipe) -> Result<(), KeepRefundError> {
        self.0.keep(swap_id, recipe).await?;
        self.1.keep(swap_id, recipe).await
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
            Some(folder) => write(&sandbox, folder)?,
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

/// Writes what `countersign swap` needs, and says how to call it.
fn write(sandbox: &Sandbox, folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(Failure::io(folder.display().to_string()))?;
    let accounts = sandbox.accounts();
    let key = |account: Option<&Account>| {
        account.map(|account| account.private_key().to_owned()).unwrap_or_default()
    };
    let coins = accounts.iter().find(|account| account.network == "bitcoin");
    let solana = accounts.iter().find(|account| account.network == "solana");
    let owner = coins.map(|account| account.address.clone()).unwrap_or_default();
    let (credentials, secret) = match sandbox.rsa_private_key_pem() {
        Some(pem) => ("rsa-key", pem),
        None => ("api-key", sandbox.api_key()),
    };
    for (name, text) in [
        ("registry.toml", sandbox.registry_toml()),
        ("policy.toml", sandbox.policy_toml()),
        ("key", key(accounts.first())),
        ("coin-key", key(coins)),
        ("solana-key", key(solana)),
        (credentials, secret.to_owned()),
    ] {
        write_private(&folder.join(name), &text)?;
    }
    let folder = folder.display();
    let recipient = sandbox.new_recipient("solana").unwrap_or_default();
    let evm_recipient = sandbox.new_recipient("ethereum").unwrap_or_default();
    output::say(format_args!(
        "countersign swap --api-url {} --{credentials}-file {folder}/{credentials} --registry {folder}/registry.toml \\\n  \
         --policy {folder}/policy.toml --key-file {folder}/key --rpc ethereum={} \\\n  \
         --recipient {recipient}\n\
         from Bitcoin: --from BTC@bitcoin --key-file {folder}/coin-key --owner {owner} --rpc bitcoin={}\n\
         from Solana: --from SOL@solana --to USDC@ethereum --amount 1 --key-file {folder}/solana-key \
         --rpc solana={} --recipient {evm_recipient}",
        sandbox.url(),
        sandbox.rpc_url("ethereum").unwrap_or_default(),
        sandbox.esplora_url("bitcoin").unwrap_or_default(),
        sandbox.rpc_url("solana").unwrap_or_default()
    ));
    Ok(())
}

/// Writes a file that its owner alone can read.
fn write_private(path: &Path, text: &str) -> Result<(), Failure> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(Failure::io(path.display().to_string()))
}
