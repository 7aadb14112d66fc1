//! How far a swap is.

use countersign_api_types::oneclick::{
    ChainTransaction, StatusResponse, SwapDetails, SwapStatus as QuotedStatus,
};
use countersign_units::Lots;

use crate::{Status, SwapStatus};

/// Reads how far a swap is. That it ended well counts only where something was paid out.
pub(super) fn status(seen: &StatusResponse, inside: bool) -> SwapStatus {
    let none = SwapDetails::default();
    let details = seen.swap_details.as_ref().unwrap_or(&none);
    let hashes = |transactions: &[ChainTransaction]| -> Vec<String> {
        let hashes = transactions.iter().map(|sent| sent.hash.clone());
        hashes.filter(|hash| !hash.is_empty()).collect()
    };
    let paid_out = hashes(&details.destination_chain_txs);
    let is_paid =
        details.amount_out.is_some_and(|amount| !amount.is_zero()) || !paid_out.is_empty();
    let status = match &seen.status {
        QuotedStatus::PendingDeposit => Status::Created,
        QuotedStatus::KnownDepositTx => Status::Approved,
        QuotedStatus::IncompleteDeposit => Status::Incomplete,
        QuotedStatus::Processing => Status::Deposited,
        QuotedStatus::Success if is_full_refund(details) => Status::Refunded,
        QuotedStatus::Success if is_paid => Status::Finished,
        QuotedStatus::Refunded => Status::Refunded,
        QuotedStatus::Failed => Status::Failed,
        other => Status::Unknown(other.name().to_owned()),
    };
    let deposits = hashes(&details.origin_chain_txs);
    SwapStatus {
        deposit_tx: deposits.first().cloned(),
        payout_tx: paid_out.into_iter().next(),
        amount_out: details.amount_out,
        paid_in: if inside { details.intent_hashes.clone() } else { deposits },
        ..SwapStatus::new(status)
    }
}

/// Says whether all came back though the API calls it a success: nothing was paid out then.
fn is_full_refund(details: &SwapDetails) -> bool {
    let some = |amount: Option<Lots>| amount.is_some_and(|amount| !amount.is_zero());
    some(details.refunded_amount)
        && !some(details.amount_out)
        && details.destination_chain_txs.is_empty()
}
