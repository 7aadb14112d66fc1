//! What the examples share: a counterparty to swap with, and a look at what happened on chain.
//!
//! Each example is one command, and needs no network and no account:
//!
//! ```text
//! cargo run -p countersign-examples --example evm_permit2
//! cargo run -p countersign-examples --example bring_your_own_signer
//! ```

mod ledger;

use std::error::Error;

use countersign::api_types::defi::Profile;
use countersign::http_client::{DefiClient, SecretString};
use countersign::units::Bps;
use countersign::{Config, DefiApi, SwapRequest};
use countersign_sandbox::{Account, Sandbox};

pub use ledger::{print_balances, print_executions};

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

/// Takes the sandbox's registry, which pins its contracts, and its policy, which sets the limits.
/// For a live endpoint both are files that the custodian writes.
///
/// # Errors
///
/// Returns an error if a text is not what it should be.
pub fn trust(sandbox: &Sandbox) -> Result<Config, Box<dyn Error>> {
    Ok(Config::from_toml(&sandbox.registry_toml(), &sandbox.policy_toml())?)
}

/// Picks the account that owns funds and has let Permit2 move them.
///
/// # Errors
///
/// Returns an error if the sandbox has no such account.
pub fn funded_account(sandbox: &Sandbox) -> Result<Account, Box<dyn Error>> {
    let mut accounts = sandbox.accounts().into_iter();
    let found = accounts.find(|account| account.name == "default" && account.network == "ethereum");
    found.ok_or_else(|| "the sandbox has no funded account on ethereum".into())
}

/// Asks for `amount` USDC of `owner` to be swapped to SOL, paid to `recipient`.
///
/// # Errors
///
/// Returns an error if a text in it can't be read.
pub fn usdc_to_sol(
    amount: &str,
    owner: &str,
    recipient: &str,
) -> Result<SwapRequest, Box<dyn Error>> {
    Ok(SwapRequest {
        from: "USDC@ethereum".parse()?,
        to: "SOL@solana".parse()?,
        amount: amount.to_owned(),
        min_out: None,
        slippage: Bps::new(50)?,
        owner: owner.to_owned(),
        recipient: recipient.to_owned(),
        refund_address: owner.to_owned(),
    })
}
