use std::collections::HashSet;

use bitcoin::absolute::LockTime;
use bitcoin::consensus::encode::serialize;
use bitcoin::hashes::Hash;
use bitcoin::transaction::Version;
use bitcoin::{Amount, OutPoint, Script, ScriptBuf, Transaction, TxIn, TxOut, Txid, Witness};
use countersign_approval::{
    Coin, CoinId, FeeRate, PaymentAction, PaymentFacts, PaymentTerms, Refusal, Sats,
};

use super::deposit::Payee;
use super::judge::sequence;
use super::select::{Wanted, choose, vsize_of};
use super::{PaymentDraft, RELAY, least_replacement};
use crate::TermsError;
use crate::judge::{index_coins, require_address};
use crate::own::OwnKeys;
use crate::weight::dust;

/// Why no payment was built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The deposit can't be paid to anyone.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The terms make no sense.
    #[error(transparent)]
    Terms(#[from] TermsError),
    /// The coins that may be spent don't come to enough.
    #[error(
        "expected coins of at least {needed} with the fee, found {found} in {count} of at most {most} that may be spent"
    )]
    NotEnough {
        /// What is paid, with the fee for all of these coins.
        needed: Sats,
        /// What they come to.
        found: Sats,
        /// How many there are.
        count: usize,
        /// How many one payment may spend.
        most: usize,
    },
    /// The network asks for more than policy allows.
    #[error("expected a fee rate of at most {most}, found {found}")]
    Rate {
        /// What is allowed.
        most: FeeRate,
        /// What would be paid.
        found: FeeRate,
    },
    /// The fee would be more than policy allows.
    #[error("expected a fee of at most {most}, found {fee}")]
    Fee {
        /// What is allowed.
        most: Sats,
        /// What it would be.
        fee: Sats,
    },
    /// What is left after the fee would not be passed on by nodes.
    #[error("a fee of {fee} leaves {left}, expected at least {least}")]
    Dust {
        /// The fee.
        fee: Sats,
        /// What is left.
        left: Sats,
        /// What must be left.
        least: Sats,
    },
}

/// Drafts a payment that keeps the terms, at a fee rate or at the least that the terms want.
///
/// Coins that the facts speak against are left out. The same terms, rate and facts make the same
/// draft: coins are chosen by branch and bound so that no change is needed, else the largest are
/// taken first; inputs and outputs stand in the order of
/// [BIP-69](https://github.com/bitcoin/bips/blob/master/bip-0069.mediawiki). The draft is for
/// [`verify_payment`](crate::verify_payment), like any other.
///
/// # Errors
///
/// Returns a [`BuildError`] if the terms can't be kept.
pub fn build_payment(
    terms: &PaymentTerms,
    fee_rate: FeeRate,
    facts: &PaymentFacts,
) -> Result<PaymentDraft, BuildError> {
    let keys = OwnKeys::new(terms.public_key, &terms.coins)?;
    index_coins(&terms.coins)?;
    require_address(&terms.change_script)?;
    let rate = fee_rate.max(terms.fees.min_rate).max(RELAY);
    let most = terms.fees.max_rate;
    if rate > most {
        return Err(BuildError::Rate { most, found: rate });
    }
    let payee = Payee::of(terms).map_err(Refusal::one)?;
    let tx = match (&terms.action, payee) {
        (PaymentAction::Pay(deposit), Some(payee)) => {
            let output = pays(deposit.amount, payee.script);
            pay(terms, output, rate, &usable(terms, &keys, facts))?
        }
        _ => send_back(terms, rate, facts)?,
    };
    Ok(PaymentDraft::from_bytes(serialize(&tx)))
}

/// Returns the coins that our keys spend and that no fact speaks against.
fn usable<'t>(terms: &'t PaymentTerms, keys: &OwnKeys, facts: &PaymentFacts) -> Vec<&'t Coin> {
    let chain = &facts.chain;
    let set = |ids: Option<Vec<CoinId>>| ids.map(HashSet::<CoinId>::from_iter);
    let unspent = set(chain.coins.as_ref().map(|coins| coins.iter().map(|coin| coin.id).collect()));
    let confirmed = set(chain.confirmations.as_ref().map(|all| {
        let enough = all.iter().filter(|(_, count)| *count >= terms.min_confirmations);
        enough.map(|(id, _)| *id).collect()
    }));
    let reserved = set(chain.reserved.clone());
    let waiting = set(facts.conflict.as_ref().map(|conflict| conflict.coins.clone()));
    let is_usable = |coin: &&Coin| {
        let within = |ids: &Option<HashSet<CoinId>>| ids.as_ref().map(|ids| ids.contains(&coin.id));
        within(&unspent) != Some(false)
            && within(&confirmed) != Some(false)
            && within(&reserved) != Some(true)
            && within(&waiting) != Some(true)
            && keys.of(coin).spends(&coin.script_pubkey).is_some()
    };
    terms.coins.iter().filter(is_usable).collect()
}

fn pay(
    terms: &PaymentTerms,
    deposit: TxOut,
    rate: FeeRate,
    coins: &[&Coin],
) -> Result<Transaction, BuildError> {
    let wanted = Wanted { terms, deposit, rate };
    let Some(chosen) = choose(coins, &wanted) else {
        let (needed, found, count) = wanted.shortage(coins);
        return Err(BuildError::NotEnough { needed, found, count, most: terms.max_inputs });
    };
    let change = chosen.change.map(|change| pays(change, change_script(terms)));
    let outputs = std::iter::once(wanted.deposit).chain(change).collect();
    Ok(transaction(terms, &chosen.coins, outputs))
}

/// Sends all coins back to ourselves, for as much as it takes to be preferred to what waits.
fn send_back(
    terms: &PaymentTerms,
    rate: FeeRate,
    facts: &PaymentFacts,
) -> Result<Transaction, BuildError> {
    let coins: Vec<&Coin> = terms.coins.iter().collect();
    let output = pays(Sats::ZERO, change_script(terms));
    let vsize = vsize_of(&coins, &[&output]);
    let waiting = facts.conflict.as_ref().filter(|conflict| !conflict.coins.is_empty());
    let least = waiting.map_or(Sats::ZERO, |conflict| least_replacement(conflict, vsize));
    let fee = rate.fee(vsize).max(least);
    let total = total(&coins);
    let most = super::select::most_fee(terms, vsize, total);
    if fee > most {
        return Err(BuildError::Fee { most, fee });
    }
    let left = total.saturating_sub(fee);
    let least = dust(&output.script_pubkey);
    if left < least {
        return Err(BuildError::Dust { fee, left, least });
    }
    Ok(transaction(terms, &coins, vec![pays(left, output.script_pubkey)]))
}

fn transaction(terms: &PaymentTerms, coins: &[&Coin], mut output: Vec<TxOut>) -> Transaction {
    let mut ids: Vec<CoinId> = coins.iter().map(|coin| coin.id).collect();
    // Transaction ids are ordered as people read them.
    ids.sort_by_key(|id| (id.txid.iter().rev().copied().collect::<Vec<u8>>(), id.vout));
    output.sort_by(|one, other| {
        (one.value, &one.script_pubkey).cmp(&(other.value, &other.script_pubkey))
    });
    let input = |CoinId { txid, vout }| TxIn {
        previous_output: OutPoint { txid: Txid::from_byte_array(txid), vout },
        script_sig: ScriptBuf::new(),
        sequence: sequence(terms.replaceable),
        witness: Witness::new(),
    };
    Transaction {
        version: Version::TWO,
        // A block before the next can't take it, so nobody gains by mining the last one anew.
        lock_time: LockTime::from_consensus(terms.current_height),
        input: ids.into_iter().map(input).collect(),
        output,
    }
}

/// Adds up coins; more than there is bitcoin counts as all of it.
pub(super) fn total(coins: &[&Coin]) -> Sats {
    let add = |total: Sats, coin: &&Coin| total.checked_add(coin.amount).unwrap_or(Sats::MAX);
    coins.iter().fold(Sats::ZERO, add)
}

fn change_script(terms: &PaymentTerms) -> ScriptBuf {
    Script::from_bytes(&terms.change_script).to_owned()
}

fn pays(amount: Sats, script_pubkey: ScriptBuf) -> TxOut {
    TxOut { value: Amount::from_sat(amount.value()), script_pubkey }
}
