use countersign_approval::{Origin, Statement};

use super::ProvenQuote;
use super::keys::write_key;

/// Says what was quoted, from the values that were proven.
pub(crate) fn of_quote(quote: &ProvenQuote) -> Statement {
    let asked = &quote.terms().approval;
    let mut statement = Statement::new("Quote: a deposit is swapped and paid out");
    statement.push("swap type", asked.swap_type.as_str(), Origin::Agreed);
    statement.push("source asset", &asked.origin_asset, Origin::Agreed);
    statement.push("destination asset", &asked.destination_asset, Origin::Agreed);
    statement.push("amount in (base units)", quote.amount_in(), Origin::Agreed);
    statement.push("amount out (base units)", quote.amount_out(), Origin::Claimed);
    statement.push("amount out at least", quote.min_amount_out(), Origin::Bounded);
    statement.push("slippage (bps)", asked.slippage, Origin::Agreed);
    statement.push("application fees (bps)", quote.app_fees(), Origin::Bounded);
    for (label, fee) in
        [("refund fee", quote.refund_fee()), ("withdrawal fee", quote.withdraw_fee())]
    {
        if let Some(fee) = fee {
            statement.push(format!("{label} (base units)"), fee, Origin::Claimed);
        }
    }
    if let Some(address) = quote.deposit_address() {
        statement.push("deposit address", address, Origin::Claimed);
    }
    if let Some(memo) = quote.deposit_memo() {
        statement.push("deposit memo", memo, Origin::Claimed);
    }
    statement.push("fund by (Unix seconds)", quote.fund_by(), Origin::Bounded);
    if let Some(inactive_at) = quote.inactive_at() {
        statement.push("address dies (Unix seconds)", inactive_at, Origin::Claimed);
    }
    statement.push("signed by", write_key(quote.signed_by()), Origin::Pinned);
    if quote.is_legacy() {
        let note = "the amounts alone: nothing can be funded by it";
        statement.push("signature covers", note, Origin::Context);
    }
    statement.push("digest", hex::encode(quote.digest()), Origin::Context);
    statement.push_swap(quote.terms());
    statement
}
