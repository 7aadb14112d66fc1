//! What the chains say, in words.

use std::io::{self, Write};

use countersign::units::Lots;
use countersign_sandbox::{Balance, Sandbox};

/// Writes what each of these addresses holds, by name.
///
/// # Errors
///
/// Returns an error if it can't be written.
pub fn print_balances(
    out: &mut impl Write,
    sandbox: &Sandbox,
    holders: &[(&str, &str)],
) -> io::Result<()> {
    for (name, address) in holders {
        writeln!(out, "  {name} {address}")?;
        let balances = sandbox.balances(address);
        let held = balances.iter().filter(|balance| !balance.lots.is_zero());
        let lines: Vec<String> = held.map(describe).collect();
        let text = if lines.is_empty() { "nothing".to_owned() } else { lines.join(", ") };
        writeln!(out, "    holds {text}")?;
    }
    Ok(())
}

/// Writes everything that ran on the sandbox's chains and moved tokens.
///
/// # Errors
///
/// Returns an error if it can't be written.
pub fn print_executions(out: &mut impl Write, sandbox: &Sandbox) -> io::Result<()> {
    let executions = sandbox.executions();
    if executions.is_empty() {
        return writeln!(out, "  nothing ran, nothing moved");
    }
    for run in executions {
        let amount = amount_of(sandbox, &run.token, &run.to, run.amount);
        writeln!(out, "  {} on {}: {}", run.call, run.network, run.id)?;
        writeln!(out, "    moved {amount} from {} to {}", run.from, run.to)?;
    }
    Ok(())
}

fn describe(balance: &Balance) -> String {
    let Balance { network, token, decimals, lots } = balance;
    format!("{} {token} on {network}", lots.to_decimal(*decimals))
}

/// Writes an amount with the token's decimals, which are known from a holder's balances.
fn amount_of(sandbox: &Sandbox, token: &str, holder: &str, amount: Lots) -> String {
    let balances = sandbox.balances(holder);
    let listing = balances.iter().find(|balance| balance.token == token);
    listing.map_or_else(
        || format!("{amount} base units of {token}"),
        |listing| format!("{} {token}", amount.to_decimal(listing.decimals)),
    )
}
