//! What became of the day, by our own books and by the chains.

use std::io::{self, Write};

use countersign::approval::Decision;
use countersign::keys::{Key, KeyPath, Keyring};
use countersign_sandbox::{Sandbox, SwapRecord};

use crate::orders::Order;
use crate::outcomes::{Outcomes, Verdict};

/// The orders, what became of each, and what the counterparty and the chains did for it.
pub(crate) struct Report {
    rows: Vec<Row>,
    pub(crate) decisions: Vec<Decision>,
    /// How often funds of customers were taken, and somebody was paid for them.
    pub(crate) taken: u64,
    pub(crate) paid: u64,
    /// How many intents have more than one approval, deposit or payment.
    pub(crate) twice: usize,
}

struct Row {
    key: String,
    owner: String,
    gives: String,
    verdict: Option<Verdict>,
}

impl Report {
    pub(crate) fn of(
        orders: &[Order],
        outcomes: &Outcomes,
        (sandbox, decisions): (&Sandbox, Vec<Decision>),
    ) -> Self {
        let owned =
            |swap: &SwapRecord| orders.iter().any(|order| order.request.owner == swap.from_address);
        let swaps: Vec<_> = sandbox.swaps().into_iter().filter(owned).collect();
        let more = |swap: &&SwapRecord| swap.approvals.max(swap.deposits).max(swap.payouts) > 1;
        Self {
            rows: orders.iter().map(|order| Row::of(order, outcomes)).collect(),
            decisions,
            taken: swaps.iter().map(|swap| swap.deposits).sum(),
            paid: swaps.iter().map(|swap| swap.payouts).sum(),
            twice: swaps.iter().filter(more).count(),
        }
    }

    /// Counts the orders that came to this.
    pub(crate) fn count(&self, verdict: &Verdict) -> usize {
        self.rows.iter().filter(|row| row.verdict.as_ref() == Some(verdict)).count()
    }

    /// Writes the table and the sum. Whose key an address has is looked up in the keyring.
    pub(crate) fn write(&self, out: &mut impl Write, keyring: &Keyring) -> io::Result<()> {
        for Row { key, owner, gives, verdict } in &self.rows {
            let signer = keyring.find(owner).map_or_else(|| "no key".to_owned(), |key| path(&key));
            let verdict = verdict.as_ref().map_or_else(|| "lost".to_owned(), Verdict::to_string);
            writeln!(out, "  {key:<10} {gives:<22} {verdict:<15} {signer:<18} {owner}")?;
        }
        for decision in &self.decisions {
            match decision {
                Decision::Approve { by } => writeln!(out, "{by} approved one.")?,
                Decision::Deny { by, reason } => writeln!(out, "{by} declined one: {reason}.")?,
            }
        }
        self.write_sum(out)
    }

    fn write_sum(&self, out: &mut impl Write) -> io::Result<()> {
        let [finished, refused, declined] =
            [Verdict::Finished, Verdict::OverTheLimit, Verdict::Declined].map(|it| self.count(&it));
        let Self { rows, taken, paid, twice, .. } = self;
        let other = |row: &&Row| matches!(row.verdict, None | Some(Verdict::Else(_)));
        let rest = rows.iter().filter(other).count();
        writeln!(
            out,
            "{} orders: {finished} finished, {refused} refused, {declined} declined, {rest} else.",
            rows.len()
        )?;
        writeln!(out, "The chains took funds {taken} times and paid {paid} times, {twice} twice.")
    }
}

impl Row {
    fn of(order: &Order, outcomes: &Outcomes) -> Self {
        let request = &order.request;
        Self {
            key: order.key.to_string(),
            owner: request.owner.clone(),
            gives: format!("{} {}", request.amount, request.from),
            verdict: outcomes.get(&order.key).cloned(),
        }
    }
}

fn path(key: &Key) -> String {
    match key.key_ref().path() {
        KeyPath::Single => key.name().to_owned(),
        KeyPath::Derived { path } => path.to_string(),
        KeyPath::Child { account, chain, index } => format!("{account}/{chain}/{index}"),
    }
}
