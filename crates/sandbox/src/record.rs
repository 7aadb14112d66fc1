//! What became of each intent, for those who judge a client by it.

use std::collections::HashMap;

use countersign_units::Lots;

use crate::account::{Execution, ExecutionKind};
use crate::swap::Intent;

/// An intent, how often it was approved, and what the chains executed for it.
///
/// Whether a swap was executed at most once is told by `deposits` and `payouts`, which are counted
/// from what ran.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SwapRecord {
    /// The intent, by the API's id.
    pub intent_id: String,
    /// Its status, in the API's own word, such as `Finished`.
    pub status: String,
    /// The token that is paid in, by the registry's key.
    pub source_token: String,
    /// How much of it, in base units.
    pub amount: Lots,
    /// Who pays in.
    pub from_address: String,
    /// Who is paid.
    pub to_address: String,
    /// Who gets the deposit back if nobody is paid.
    pub refund_address: String,
    /// How many approvals were taken.
    pub approvals: u64,
    /// How many came again, the same in every byte, and were answered as the first.
    pub repeated_approvals: u64,
    /// How many were refused: other ones than the first, or none that the chain takes.
    pub refused_approvals: u64,
    /// How often funds were taken for it.
    pub deposits: u64,
    /// How often somebody was paid for it.
    pub payouts: u64,
    /// How often a deposit was taken by the resolver.
    pub claims: u64,
    /// How often a deposit went back.
    pub refunds: u64,
}

/// Writes the records of all intents.
pub(crate) fn all(intents: &[Intent], executions: &[Execution]) -> Vec<SwapRecord> {
    let mut records: Vec<_> = intents.iter().map(SwapRecord::begun).collect();
    let mut by_id: HashMap<_, _> =
        records.iter_mut().map(|record| (record.intent_id.clone(), record)).collect();
    for execution in executions {
        let record = execution.intent_id.as_ref().and_then(|id| by_id.get_mut(id));
        if let Some(record) = record {
            record.count(execution.kind);
        }
    }
    records
}

impl SwapRecord {
    /// Begins with nothing executed.
    fn begun(intent: &Intent) -> Self {
        let (quote, parties, calls) = (&intent.quote, &intent.parties, &intent.calls);
        Self {
            intent_id: intent.id.to_string(),
            status: intent.status.to_string(),
            source_token: quote.source.listing.key.to_owned(),
            amount: Lots::new(quote.amount),
            from_address: parties.from.clone(),
            to_address: parties.to.clone(),
            refund_address: parties.refund.clone(),
            approvals: calls.accepted,
            repeated_approvals: calls.repeated,
            refused_approvals: calls.refused,
            deposits: 0,
            payouts: 0,
            claims: 0,
            refunds: 0,
        }
    }

    fn count(&mut self, kind: ExecutionKind) {
        let count = match kind {
            ExecutionKind::Deposit => &mut self.deposits,
            ExecutionKind::Payout => &mut self.payouts,
            ExecutionKind::Claim => &mut self.claims,
            ExecutionKind::Refund => &mut self.refunds,
            ExecutionKind::Transfer => return,
        };
        *count = count.saturating_add(1);
    }
}
