//! Payments of our own: a deposit out of our coins, or all of them back to ourselves.
//!
//! We build the transaction, and believe it as little as one that another built: [`verify_payment`]
//! reads the draft's bytes in full and compares them with the [`PaymentTerms`].
//!
//! ```text
//! terms, fee rate, facts ─► build_payment ─► PaymentDraft
//! PaymentDraft ─► verify_payment(draft, terms, facts, now) ─► VerifiedPayment ─► sign_payment ─► SignedPayment
//! ```
//!
//! [`PaymentTerms`]: countersign_approval::PaymentTerms

mod build;
mod deposit;
mod draft;
mod evidence;
mod judge;
mod select;
mod sign;
mod statement;

pub use build::{BuildError, build_payment};
pub use draft::{ParseDraftError, PaymentDraft};
#[cfg(test)]
pub(crate) use evidence::payment_vsize;
pub use evidence::{VerifiedPayment, verify_payment};
pub use judge::{PaymentJudgement, judge_payment};
pub use sign::{SignedPayment, sign_payment};

use bitcoin::consensus::encode::deserialize;
use bitcoin::hashes::Hash;
use bitcoin::{OutPoint, Script, Transaction, TxIn};
use countersign_approval::{Coin, CoinId, FeeRate, MempoolConflict, Sats};
use countersign_units::Bps;

use crate::weight;

/// What nodes ask for at least, whatever the policy says.
const RELAY: FeeRate = FeeRate::from_sats_per_kvb(100);
/// What a replacement pays for its own size, on top of all that it replaces: nodes ask for this, or
/// for a tenth of it.
const INCREMENT: FeeRate = FeeRate::from_sats_per_vb(1);
/// What an input without scripts weighs: outpoint, empty script's length and sequence.
const INPUT_WEIGHT: u64 = 41 * 4;

/// Says what a signed transaction pays whose inputs are all among these coins: what is mined in its
/// place has to pay more. Nothing of what can't be read, or spends others.
pub fn pays_in_all(transaction: &[u8], coins: &[Coin]) -> Option<MempoolConflict> {
    let tx: Transaction = deserialize(transaction).ok()?;
    let spent = |input: &TxIn| {
        let OutPoint { txid, vout } = input.previous_output;
        let id = CoinId { txid: txid.to_byte_array(), vout };
        coins.iter().find(|coin| coin.id == id)
    };
    let spent: Vec<&Coin> = tx.input.iter().map(spent).collect::<Option<_>>()?;
    let outputs = tx.output.iter().map(|output| Sats::new(output.value.to_sat()));
    let paid = outputs.flatten().try_fold(Sats::ZERO, Sats::checked_add)?;
    let fees = build::total(&spent).saturating_sub(paid);
    let vsize = u64::try_from(tx.vsize()).ok()?;
    let rate = FeeRate::of(fees, vsize)?;
    Some(MempoolConflict { coins: spent.iter().map(|coin| coin.id).collect(), fees, rate })
}

/// Returns what an input that spends a script weighs, at most.
fn input_weight(script: &Script) -> u64 {
    INPUT_WEIGHT.saturating_add(weight::of_input(script))
}

/// Returns the least fee that makes what waits to be mined give way: more than all of it pays, and
/// at a higher rate than any of it.
///
/// Source: [Bitcoin Core's replacement policy](https://github.com/bitcoin/bitcoin/blob/master/doc/policy/mempool-replacements.md).
fn least_replacement(conflict: &MempoolConflict, vsize: u64) -> Sats {
    let higher = FeeRate::from_sats_per_kvb(conflict.rate.sats_per_kvb().saturating_add(1));
    let more = conflict.fees.checked_add(INCREMENT.fee(vsize)).unwrap_or(Sats::MAX);
    more.max(higher.fee(vsize))
}

/// Returns a share of an amount, rounded down.
fn share_of(amount: Sats, share: Bps) -> Sats {
    let parts = u128::from(amount.value()).saturating_mul(u128::from(share.value()));
    u64::try_from(parts / 10_000).ok().and_then(Sats::new).unwrap_or(Sats::MAX)
}
