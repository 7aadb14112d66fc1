//! What became of each deposit address, for those who judge a client by it.

use countersign_units::Lots;

use super::{Deposit, Place, Quoted};

/// A quote with an address of its own, and what arrived there.
///
/// Whether an address was funded at most once is told by `transactions`, which are counted from
/// what the chains ran.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DepositRecord {
    /// The address: on the origin's chain, or an account inside NEAR Intents.
    pub address: String,
    /// Which API quoted it: `oneclick` or `aurora`.
    pub api: String,
    /// The signature of the honest quote.
    pub quote_signature: String,
    /// The token that is paid in, by the registry's key.
    pub source_token: String,
    /// The token that is paid out, by the registry's key.
    pub target_token: String,
    /// Whether it is to be funded by a signed intent.
    pub by_intent: bool,
    /// Who is paid.
    pub recipient: String,
    /// Who is paid back.
    pub refund_to: String,
    /// What was asked for, in base units.
    pub expected: Lots,
    /// What arrived, all together.
    pub received: Lots,
    /// The transactions, or the intents, by which it arrived.
    pub transactions: Vec<String>,
    /// The transactions that the client told of.
    pub submitted: Vec<String>,
    /// What was paid out, in base units of the other token.
    pub paid_out: Lots,
    /// How often somebody was paid.
    pub payouts: u64,
    /// What was paid back.
    pub refunded: Lots,
    /// The status, in the API's own word, such as `SUCCESS`.
    pub status: String,
}

/// Writes the records of all deposits, the oldest first.
pub(crate) fn all(quoted: &Quoted) -> Vec<DepositRecord> {
    quoted.deposits().iter().map(record).collect()
}

fn record(deposit: &Deposit) -> DepositRecord {
    let order = &deposit.order;
    let signature = deposit.answer.get("signature").and_then(crate::json::Json::as_text);
    let paid_out = deposit.bought.map(|bought| bought.amount_out).unwrap_or_default();
    DepositRecord {
        address: deposit.address.clone(),
        api: order.api.name().to_owned(),
        quote_signature: signature.unwrap_or_default().to_owned(),
        source_token: order.source.listing.key.to_owned(),
        target_token: order.target.listing.key.to_owned(),
        by_intent: order.body.deposit_type != Place::Chain,
        recipient: order.body.recipient.clone(),
        refund_to: order.body.refund_to.clone(),
        expected: Lots::new(deposit.offer.amount_in),
        received: Lots::new(deposit.received),
        transactions: deposit.transactions.clone(),
        submitted: deposit.submitted.clone(),
        paid_out: Lots::new(paid_out),
        payouts: u64::try_from(deposit.payouts.len()).unwrap_or(u64::MAX),
        refunded: Lots::new(deposit.refunded),
        status: deposit.progress.word().to_owned(),
    }
}
