use std::cmp::Reverse;

use bitcoin::{Amount, FeeRate as WeightRate, Script, TxOut, VarInt, Weight};
use bitcoin_coin_selection::{WeightedUtxo, branch_and_bound};
use countersign_approval::{Coin, FeeRate, PaymentTerms, Sats};

use super::build::total;
use super::{input_weight, share_of};
use crate::weight::{self, dust, to_vsize};

/// What coins are expected to cost when they are spent some day.
const SOME_DAY: FeeRate = FeeRate::from_sats_per_vb(10);
/// What an input weighs in the library's view before its script's length.
const LIBRARY_INPUT_WEIGHT: u64 = 40 * 4;

/// What coins are chosen for.
pub(super) struct Wanted<'t> {
    pub(super) terms: &'t PaymentTerms,
    pub(super) deposit: TxOut,
    pub(super) rate: FeeRate,
}

/// The coins to spend, and what comes back of them.
pub(super) struct Chosen<'c> {
    pub(super) coins: Vec<&'c Coin>,
    pub(super) change: Option<Sats>,
}

/// Chooses coins: so that nothing need come back, else the largest ones first.
pub(super) fn choose<'c>(coins: &[&'c Coin], wanted: &Wanted<'_>) -> Option<Chosen<'c>> {
    let mut coins = coins.to_vec();
    coins.sort_by_key(|coin| (Reverse(coin.amount), coin.id));
    without_change(&coins, wanted).or_else(|| {
        let most = coins.len().min(wanted.terms.max_inputs);
        (1..=most).find_map(|count| wanted.settle(coins.get(..count)?))
    })
}

fn without_change<'c>(coins: &[&'c Coin], wanted: &Wanted<'_>) -> Option<Chosen<'c>> {
    let candidates: Vec<Candidate<'c>> = coins.iter().copied().map(Candidate).collect();
    let rate = |rate: FeeRate| WeightRate::from_sat_per_kwu(rate.sats_per_kvb().div_ceil(4));
    let amount = wanted.amount();
    let target = amount.checked_add(wanted.rate.fee(to_vsize(wanted.weight_beside_inputs())))?;
    let change = wanted.change(Sats::ZERO);
    let cost_of_change = wanted.rate.fee(to_vsize(change.weight().to_wu()));
    let cost_of_change = cost_of_change.checked_add(wanted.least_change())?;
    let [target, cost_of_change] =
        [target, cost_of_change].map(|sats| Amount::from_sat(sats.value()));
    let (now, later) = (rate(wanted.rate), rate(SOME_DAY));
    let (_, found) = branch_and_bound(target, cost_of_change, now, later, &candidates)?;
    let found: Vec<&Coin> = found.into_iter().map(|candidate| candidate.0).collect();
    (found.len() <= wanted.terms.max_inputs).then(|| wanted.settle(&found)).flatten()
}

/// A coin as the library looks at it.
struct Candidate<'c>(&'c Coin);

impl WeightedUtxo for Candidate<'_> {
    fn satisfaction_weight(&self) -> Weight {
        let weight = input_weight(Script::from_bytes(&self.0.script_pubkey));
        Weight::from_wu(weight.saturating_sub(LIBRARY_INPUT_WEIGHT))
    }

    fn value(&self) -> Amount {
        Amount::from_sat(self.0.amount.value())
    }
}

impl Wanted<'_> {
    /// Works out what comes back of some coins; nothing if they don't pay for it, or too much.
    fn settle<'c>(&self, coins: &[&'c Coin]) -> Option<Chosen<'c>> {
        let (inputs, amount) = (total(coins), self.amount());
        let rest = Sats::new(inputs.value().checked_sub(amount.value())?)?;
        let vsize = vsize_of(coins, &[&self.deposit, &self.change(Sats::ZERO)]);
        let fee = self.rate.fee(vsize);
        let change = rest.saturating_sub(fee);
        if change >= self.least_change() && fee <= most_fee(self.terms, vsize, amount) {
            return Some(Chosen { coins: coins.to_vec(), change: Some(change) });
        }
        let vsize = vsize_of(coins, &[&self.deposit]);
        let fits = rest >= self.rate.fee(vsize) && rest <= most_fee(self.terms, vsize, amount);
        fits.then(|| Chosen { coins: coins.to_vec(), change: None })
    }

    /// Returns what the largest coins would have to come to, what they do, and how many they are.
    pub(super) fn shortage(&self, coins: &[&Coin]) -> (Sats, Sats, usize) {
        let mut coins = coins.to_vec();
        coins.sort_by_key(|coin| Reverse(coin.amount));
        coins.truncate(self.terms.max_inputs);
        let fee = self.rate.fee(vsize_of(&coins, &[&self.deposit]));
        let needed = self.amount().checked_add(fee).unwrap_or(Sats::MAX);
        (needed, total(&coins), coins.len())
    }

    /// Returns the least change that is worth having: more than dust, and than it costs to spend.
    fn least_change(&self) -> Sats {
        let script = Script::from_bytes(&self.terms.change_script);
        let spending = self.rate.min(SOME_DAY).fee(to_vsize(input_weight(script)));
        dust(script).max(spending)
    }

    fn weight_beside_inputs(&self) -> u64 {
        weight_beside_inputs(self.terms.max_inputs, &[&self.deposit])
    }

    fn amount(&self) -> Sats {
        Sats::new(self.deposit.value.to_sat()).unwrap_or(Sats::MAX)
    }

    fn change(&self, amount: Sats) -> TxOut {
        let script_pubkey = Script::from_bytes(&self.terms.change_script).to_owned();
        TxOut { value: Amount::from_sat(amount.value()), script_pubkey }
    }
}

/// Returns the highest fee that the terms allow for a size and an amount.
pub(super) fn most_fee(terms: &PaymentTerms, vsize: u64, amount: Sats) -> Sats {
    let fees = terms.fees;
    let share = fees.max_share.map_or(Sats::MAX, |share| share_of(amount, share));
    fees.max.min(fees.max_rate.fee(vsize)).min(share)
}

/// Returns the size of a transaction once it is signed, at most.
pub(super) fn vsize_of(coins: &[&Coin], outputs: &[&TxOut]) -> u64 {
    let inputs = coins.iter().map(|coin| input_weight(Script::from_bytes(&coin.script_pubkey)));
    let beside = weight_beside_inputs(coins.len(), outputs);
    to_vsize(inputs.fold(beside, u64::saturating_add))
}

fn weight_beside_inputs(inputs: usize, outputs: &[&TxOut]) -> u64 {
    let counts = [inputs, outputs.len()].map(|count| VarInt::from(count).size());
    let outputs = outputs.iter().map(|output| output.weight().to_wu());
    let counts = counts.into_iter().map(|size| u64::try_from(size).unwrap_or(u64::MAX));
    let counts = counts.map(|size| size.saturating_mul(4));
    outputs.chain(counts).fold(weight::EMPTY, u64::saturating_add)
}
