//! What the examples share: a counterparty to swap with, and a look at what happened on chain.
//!
//! Each example is one command, and needs no network and no account:
//!
//! ```text
//! cargo run -p countersign-examples --example evm_permit2
//! cargo run -p countersign-examples --example tron_permit2
//! cargo run -p countersign-examples --example bitcoin_htlc
//! cargo run -p countersign-examples --example solana_cosign
//! cargo run -p countersign-examples --example solana_token2022
//! cargo run -p countersign-examples --example oneclick_deposit_evm
//! cargo run -p countersign-examples --example oneclick_deposit_bitcoin
//! cargo run -p countersign-examples --example oneclick_deposit_solana
//! cargo run -p countersign-examples --example oneclick_intent_erc191
//! cargo run -p countersign-examples --example aurora_quote
//! cargo run -p countersign-examples --example carry_on_after_a_crash
//! cargo run -p countersign-examples --example custodial_service
//! cargo run -p countersign-examples --example bring_your_own_signer
//! cargo run -p countersign-examples --example remote_signer
//! cargo run -p countersign-examples --example hsm_softhsm
//! ```
//!
//! `kms_signer` tests keys in AWS KMS, and takes the feature `aws-kms`.

mod ledger;
mod quoted;

use std::error::Error;
use std::io::Write;

use countersign::api_types::defi::Profile;
use countersign::approval::Registry;
use countersign::chain_rpc::EvmRpc;
use countersign::http_client::{DefiClient, SecretString};
use countersign::units::Bps;
use countersign::{Config, DefiApi, FlowError, SwapRequest};
use countersign_sandbox::{Account, Sandbox};

pub use ledger::{print_balances, print_executions};
pub use quoted::{SetUp, aurora, oneclick, swap_and_tell, swap_twice};

/// Connects to a sandbox, as to any other endpoint of the API: by its URL and a key.
///
/// # Errors
///
/// Returns an error if the URL or the key can't be used.
pub fn connect(sandbox: &Sandbox) -> Result<DefiApi, Box<dyn Error>> {
    let key = SecretString::from(sandbox.api_key());
    let client = DefiClient::builder(sandbox.url()).api_key(key).profile(Profile::G3).build()?;
    Ok(DefiApi::new(client))
}

/// Connects to a node of a network, whose facts are judged before anything is signed.
///
/// # Errors
///
/// Returns an error if there is no such network here.
pub fn node(sandbox: &Sandbox, network: &str) -> Result<EvmRpc, Box<dyn Error>> {
    let registry = Registry::from_toml(&sandbox.registry_toml())?;
    let standard = registry.network(network).and_then(|network| network.kind.standard());
    let (url, standard) = sandbox.rpc_url(network).zip(standard).ok_or("there is no such chain")?;
    Ok(EvmRpc::connect(url.parse()?, standard)?)
}

/// Takes the sandbox's registry, which pins its contracts, and its policy, which sets the limits.
/// For a live endpoint both are files that the custodian writes.
///
/// # Errors
///
/// Returns an error if a text is not what it should be.
pub fn trust(sandbox: &Sandbox) -> Result<Config, Box<dyn Error>> {
    Ok(Config::from_toml(&sandbox.registry_toml(), &sandbox.policy_toml())?)
}

/// Picks the account that owns funds on a network and has let Permit2 move them.
///
/// # Errors
///
/// Returns an error if the sandbox has no such account.
pub fn funded_account(sandbox: &Sandbox, network: &str) -> Result<Account, Box<dyn Error>> {
    let mut accounts = sandbox.accounts().into_iter();
    let found = accounts.find(|account| account.name == "default" && account.network == network);
    found.ok_or_else(|| format!("the sandbox has no funded account on {network}").into())
}

/// Asks for an amount of a token of `owner` to be swapped to SOL, paid to `recipient`.
///
/// # Errors
///
/// Returns an error if a text in it can't be read.
pub fn to_sol(
    amount: &str,
    from: &str,
    owner: &str,
    recipient: &str,
) -> Result<SwapRequest, Box<dyn Error>> {
    Ok(SwapRequest {
        from: from.parse()?,
        to: "SOL@solana".parse()?,
        amount: amount.to_owned(),
        min_out: None,
        slippage: Bps::new(50)?,
        owner: owner.to_owned(),
        recipient: recipient.to_owned(),
        refund_address: owner.to_owned(),
        coins: None,
    })
}

/// Writes why a swap was refused, of one that has to be.
///
/// # Errors
///
/// Returns an error if it was not refused, or if it can't be written.
pub fn print_refusal<T>(
    out: &mut impl Write,
    result: Result<T, FlowError>,
) -> Result<(), Box<dyn Error>> {
    let Err(FlowError::Refused { refusal, .. }) = result else {
        return Err("a lie was to be refused".into());
    };
    for violation in refusal.violations() {
        writeln!(out, "  {}: {violation}", violation.code)?;
    }
    Ok(())
}
