use countersign::SwapOutcome;
use countersign::approval::Statement;
use serde::Serialize;

use crate::exit::Failure;
use crate::output;

/// The result of a swap, as `--json` shows it.
#[derive(Serialize)]
pub(crate) struct Report<'a> {
    swap_id: String,
    intent_id: &'a str,
    status: String,
    digest: String,
    statement: &'a Statement,
    deposit_tx: &'a Option<String>,
    payout_tx: &'a Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    balances: Option<Balances>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    executions: Vec<Execution>,
}

/// Balances around a swap with the sandbox, read from its chains.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Balances {
    pub(crate) before: Vec<Balance>,
    pub(crate) after: Vec<Balance>,
}

/// What somebody holds of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Balance {
    pub(crate) party: &'static str,
    pub(crate) address: String,
    pub(crate) token: String,
    /// In base units.
    pub(crate) lots: String,
    /// As a decimal number.
    pub(crate) amount: String,
}

/// Something that ran on the sandbox's chains.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Execution {
    pub(crate) network: String,
    pub(crate) call: String,
    pub(crate) gas_used: u64,
    pub(crate) id: String,
    /// What the network calls what was used; none where nothing of that kind is.
    #[serde(skip)]
    pub(crate) unit: Option<&'static str>,
}

impl<'a> Report<'a> {
    pub(crate) fn new(
        outcome: &'a SwapOutcome,
        balances: Option<Balances>,
        executions: Vec<Execution>,
    ) -> Self {
        Self {
            swap_id: outcome.swap_id.to_string(),
            intent_id: &outcome.intent_id,
            status: outcome.status.status.to_string(),
            digest: output::hex(&outcome.digest),
            statement: &outcome.statement,
            deposit_tx: &outcome.status.deposit_tx,
            payout_tx: &outcome.status.payout_tx,
            balances,
            executions,
        }
    }

    /// Writes the result for people.
    pub(crate) fn print(&self) -> Result<(), Failure> {
        print_changes(&self.executions, self.balances.as_ref())?;
        output::result(format_args!("{}", self.status))
    }
}

/// Writes what ran and what moved for people.
pub(super) fn print_changes(
    executions: &[Execution],
    balances: Option<&Balances>,
) -> Result<(), Failure> {
    for Execution { network, call, gas_used, unit, .. } in executions {
        let used = unit.map(|unit| format!(", {unit} {gas_used}")).unwrap_or_default();
        output::result(format_args!("executed  {call} on {network}{used}"))?;
    }
    for (before, after) in balances.into_iter().flat_map(Balances::pairs) {
        if before != after {
            let Balance { party, token, amount, .. } = before;
            output::result(format_args!(
                "moved     {party:<9} {token:<13} {amount} -> {}",
                after.amount
            ))?;
        }
    }
    Ok(())
}

impl Balances {
    fn pairs(&self) -> impl Iterator<Item = (&Balance, &Balance)> {
        self.before.iter().zip(&self.after)
    }
}
