use bitcoin::TxOut;
use countersign_approval::{Code, PaymentAction, Sats};

use super::Check;
use crate::judge::Spend;
use crate::payment::{RELAY, least_replacement, share_of};
use crate::weight;

/// What a payment costs.
#[derive(Clone, Copy, Debug)]
pub(in crate::payment) struct Fee {
    pub(in crate::payment) amount: Sats,
    /// The size once signed, at most.
    pub(in crate::payment) vsize: u64,
}

const MEMBER: &str = "draft.fee";

impl Check<'_> {
    /// Bounds what goes to nobody: what the coins hold, less what the outputs do.
    pub(super) fn fee(&mut self, spends: &[Spend]) -> Fee {
        let vsize = self.vsize(spends);
        let unknown = Fee { amount: Sats::MAX, vsize };
        let most = weight::to_vsize(weight::MAX_WEIGHT);
        if vsize > most {
            let expected = format_args!("at most {most} virtual bytes");
            self.push(Code::Malformed, "draft", expected, vsize);
        }
        // What a coin holds that is not ours nobody has told us; it was refused before.
        if spends.iter().any(|spend| !spend.is_ours()) {
            return unknown;
        }
        let inputs = self.sum("draft.inputs", spends.iter().map(|spend| &spend.coin));
        let outputs = self.sum("draft.outputs", self.tx.output.iter());
        let (Some(inputs), Some(outputs)) = (inputs, outputs) else { return unknown };
        if outputs > inputs {
            self.push(Code::Amount, "draft.outputs", format_args!("at most {inputs}"), outputs);
            return unknown;
        }
        let amount = inputs.saturating_sub(outputs);
        self.at_most(amount, vsize, inputs);
        self.at_least(amount, vsize);
        self.replacement(amount, vsize);
        Fee { amount, vsize }
    }

    fn at_most(&mut self, fee: Sats, vsize: u64, inputs: Sats) {
        let fees = self.terms.fees;
        if fee > fees.max {
            self.push(Code::Fee, MEMBER, format_args!("at most {}", fees.max), fee);
        }
        if fee > fees.max_rate.fee(vsize) {
            let expected = format_args!("at most {} for {vsize} virtual bytes", fees.max_rate);
            self.push(Code::Fee, MEMBER, expected, fee);
        }
        let Some(share) = fees.max_share else { return };
        let moved = match &self.terms.action {
            PaymentAction::Pay(deposit) => deposit.amount,
            PaymentAction::SelfSpend => inputs,
        };
        if fee > share_of(moved, share) {
            let expected = format_args!("at most {share} basis points of {moved}");
            self.push(Code::Fee, MEMBER, expected, fee);
        }
    }

    fn at_least(&mut self, fee: Sats, vsize: u64) {
        let rate = self.terms.fees.min_rate.max(RELAY);
        if fee < rate.fee(vsize) {
            let expected = format_args!("at least {rate} for {vsize} virtual bytes");
            self.push(Code::Fee, MEMBER, expected, fee);
        }
    }

    /// What waits to be mined gives way only to what pays more.
    fn replacement(&mut self, fee: Sats, vsize: u64) {
        let conflict = self.facts.conflict.as_ref();
        let Some(conflict) = conflict.filter(|conflict| !conflict.coins.is_empty()) else { return };
        let least = least_replacement(conflict, vsize);
        if fee < least {
            let expected = format_args!("at least {least}, to replace what waits to be mined");
            self.push(Code::Fee, MEMBER, expected, fee);
        }
    }

    /// Returns the size once signed, at most.
    pub(super) fn vsize(&self, spends: &[Spend]) -> u64 {
        let scripts = spends.iter().map(|spend| weight::of_input(&spend.coin.script_pubkey));
        let weight = scripts.fold(weight::unsigned(self.tx), u64::saturating_add);
        weight::to_vsize(weight)
    }

    /// Adds up amounts; nothing where there can't be as much.
    fn sum<'t>(&mut self, member: &str, coins: impl Iterator<Item = &'t TxOut>) -> Option<Sats> {
        let mut values = coins.map(|coin| Sats::new(coin.value.to_sat()));
        let sum = values.try_fold(Sats::ZERO, |total, value| total.checked_add(value?));
        if sum.is_none() {
            let expected = format_args!("at most {}", Sats::MAX);
            self.push(Code::Amount, member, expected, "more, one by one or in all");
        }
        sum
    }
}
