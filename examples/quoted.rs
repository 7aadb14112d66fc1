//! What the examples of quoted deposits share.

use std::error::Error;
use std::io::{self, Write};

use countersign::http_client::aurora::AuroraClient;
use countersign::http_client::oneclick::OneClickClient;
use countersign::{Countersign, Event, QuotedApi, SwapRequest, TrackOptions};
use countersign_sandbox::Sandbox;

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

/// Runs a swap, and says of each step what it came to.
///
/// # Errors
///
/// Returns the error of the step that failed, or an error if it can't be written.
pub async fn swap_and_tell(
    out: &mut (impl Write + Send),
    countersign: &Countersign,
    request: &SwapRequest,
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
    writeln!(out, "The swap is {}.", outcome.status.status)?;
    Ok(())
}

/// Writes what arrived at each address that was quoted.
///
/// # Errors
///
/// Returns an error if it can't be written.
pub fn print_deposits(out: &mut impl Write, sandbox: &Sandbox) -> io::Result<()> {
    for deposit in sandbox.deposits() {
        let (address, status) = (&deposit.address, &deposit.status);
        let (expected, received) = (deposit.expected, deposit.received);
        writeln!(out, "  {address}: {received} of {expected} arrived, {status}")?;
    }
    Ok(())
}
