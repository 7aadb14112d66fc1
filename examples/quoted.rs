//! What the examples of quoted deposits share.

use std::error::Error;
use std::io::{self, Write};

use countersign::http_client::aurora::AuroraClient;
use countersign::http_client::oneclick::OneClickClient;
use countersign::{Countersign, Event, QuotedApi, SwapRequest, TrackOptions};
use countersign_sandbox::{Account, Sandbox, SandboxConfig, Tamper};

use crate::{funded_account, print_refusal, to_sol};

/// Connects to a sandbox as to 1Click: by its URL, and a partner's key.
///
/// # Errors
///
/// Returns an error if the URL or the key can't be used.
pub fn oneclick(sandbox: &Sandbox) -> Result<QuotedApi, Box<dyn Error>> {
    let client = OneClickClient::builder(&sandbox.oneclick_url());
    Ok(QuotedApi::oneclick(client.partner_key(sandbox.oneclick_key().into()).build()?))
}

/// Connects to a sandbox as to Aurora.
///
/// # Errors
///
/// Returns an error if the URL or the key can't be used.
pub fn aurora(sandbox: &Sandbox) -> Result<QuotedApi, Box<dyn Error>> {
    let client = AuroraClient::builder(&sandbox.aurora_url());
    Ok(QuotedApi::aurora(client.api_key(sandbox.aurora_key().into()).build()?))
}

/// How an example sets a flow up: for an account, over a sandbox.
pub type SetUp = fn(&Sandbox, &Account) -> Result<Countersign, Box<dyn Error>>;

/// Swaps USDC on ethereum with an honest counterparty, and the same with one that lies, which has to be
/// refused.
///
/// # Errors
///
/// Returns the error of the step that failed, or an error if the lie was believed.
pub async fn swap_twice(
    out: &mut (impl Write + Send),
    set_up: SetUp,
    lie: Tamper,
) -> Result<(), Box<dyn Error>> {
    let honest = Sandbox::start(SandboxConfig::default()).await?;
    let (countersign, request) = ready(&honest, set_up)?;
    swap_and_tell(out, &honest, (&countersign, &request)).await?;
    honest.shutdown().await;

    let config = SandboxConfig { tamper: Some(lie), ..SandboxConfig::default() };
    let hostile = Sandbox::start(config).await?;
    writeln!(out, "The same, with a counterparty that lies ({lie}):")?;
    let (countersign, request) = ready(&hostile, set_up)?;
    print_refusal(out, countersign.swap(&request, TrackOptions::default(), |_| {}).await)?;
    print_deposits(out, &hostile)?;
    hostile.shutdown().await;
    Ok(())
}

fn ready(sandbox: &Sandbox, set_up: SetUp) -> Result<(Countersign, SwapRequest), Box<dyn Error>> {
    let account = funded_account(sandbox, "ethereum")?;
    let recipient = sandbox.new_recipient("solana").ok_or("there is no solana here")?;
    let request = to_sol("100", "USDC@ethereum", &account.address, &recipient)?;
    Ok((set_up(sandbox, &account)?, request))
}

/// Runs a swap, and says of each step what it came to, and what arrived at the addresses that were quoted.
///
/// # Errors
///
/// Returns the error of the step that failed, or an error if it can't be written.
pub async fn swap_and_tell(
    out: &mut (impl Write + Send),
    sandbox: &Sandbox,
    (countersign, request): (&Countersign, &SwapRequest),
) -> Result<(), Box<dyn Error>> {
    let mut lines = Vec::new();
    let observe = |event: Event<'_>| match event {
        Event::Offered { summary } => lines.push(format!("quote    {summary}, by a price alone")),
        Event::Created { intent_id } => lines.push(format!("create   pay into {intent_id}")),
        // Only here is the address proven, and the transaction that pays into it read back.
        Event::Verified { statement } => lines.push(format!("verify   {statement}")),
        Event::Signed { approval } => {
            lines.push(format!("sign     0x{}", hex::encode(approval.digest)));
        }
        Event::Status(seen) => lines.push(format!("track    {}", seen.status)),
        _ => {}
    };
    let outcome = countersign.swap(request, TrackOptions::default(), observe).await?;
    for line in lines {
        writeln!(out, "{line}")?;
    }
    writeln!(out, "The swap is {}. What arrived:", outcome.status.status)?;
    print_deposits(out, sandbox)?;
    Ok(())
}

fn print_deposits(out: &mut impl Write, sandbox: &Sandbox) -> io::Result<()> {
    for deposit in sandbox.deposits() {
        let (address, status) = (&deposit.address, &deposit.status);
        let (expected, received) = (deposit.expected, deposit.received);
        writeln!(out, "  {address}: {received} of {expected} arrived, {status}")?;
    }
    Ok(())
}
