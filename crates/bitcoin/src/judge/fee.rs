use bitcoin::ScriptBuf;
use countersign_approval::{Code, Sats};

use super::outputs::{Role, Sums};
use super::{Check, Spend};
use crate::weight;

/// What nodes ask for at least, in satoshis per thousand virtual bytes.
const RELAY_PER_1000: u64 = 100;

/// What an input without scripts weighs: outpoint, empty script's length and sequence.
const INPUT_WEIGHT: u64 = 41 * 4;

/// What the transaction costs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fee {
    /// What of it is ours.
    pub(crate) ours: Sats,
    /// All of it, as far as others' inputs hold what was said.
    pub(crate) total: Sats,
    /// The size once signed, at most.
    pub(crate) vsize: u64,
}

impl Check<'_> {
    /// Bounds what the transaction costs us: what we put in, less the HTLC and our change.
    ///
    /// The rate is that of what is ours in it: what others add must not raise what we may pay.
    pub(super) fn fee(&mut self, spends: &[Spend], roles: &[Role], sums: Sums) -> Fee {
        let weight = self.weight(spends);
        let vsize = weight::to_vsize(weight);
        let ours_alone = weight.saturating_sub(self.weight_of_others(spends, roles));
        let Sums { ours: Some(ours), inputs: Some(inputs), outputs: Some(outputs), change } = sums
        else {
            return Fee { ours: Sats::MAX, total: Sats::MAX, vsize };
        };
        let share = ours.saturating_sub(self.terms.htlc.amount);
        let share = share.saturating_sub(change.unwrap_or_default());
        let total = inputs.saturating_sub(outputs);
        if outputs > inputs {
            self.push(Code::Amount, "psbt.outputs", format_args!("at most {inputs}"), outputs);
        }
        self.bound(share, weight::to_vsize(ours_alone));
        let least = vsize.saturating_mul(RELAY_PER_1000).div_ceil(1000);
        if total.value() < least {
            let expected = format_args!("at least {least} sats, for nodes to pass it on");
            self.push(Code::Fee, "psbt.fee", expected, total);
        }
        Fee { ours: share, total, vsize }
    }

    fn bound(&mut self, share: Sats, vsize: u64) {
        let most = self.terms.max_fee;
        if share > most {
            self.push(Code::Fee, "psbt.fee", format_args!("at most {most} of ours"), share);
        }
        let Some(rate) = self.terms.max_fee_rate else { return };
        if share.value() > rate.saturating_mul(vsize) {
            let expected = format_args!("at most {rate} sats for each of {vsize} virtual bytes");
            self.push(Code::Fee, "psbt.fee", expected, share);
        }
    }

    /// What others' inputs weigh, and what goes back to them.
    fn weight_of_others(&self, spends: &[Spend], roles: &[Role]) -> u64 {
        let inputs = spends
            .iter()
            .filter(|spend| !spend.is_ours())
            .map(|spend| INPUT_WEIGHT.saturating_add(weight::of_input(&spend.coin.script_pubkey)));
        let outputs = self.psbt.tx.output.iter().zip(roles);
        let outputs = outputs
            .filter(|(_, role)| **role == Role::Return)
            .map(|(output, _)| output.weight().to_wu());
        inputs.chain(outputs).fold(0, u64::saturating_add)
    }

    fn weight(&mut self, spends: &[Spend]) -> u64 {
        let scripts = spends.iter().map(|spend| weight::of_input(&spend.coin.script_pubkey));
        let weight = scripts.fold(weight::unsigned(&self.psbt.tx), u64::saturating_add);
        if weight > weight::MAX_WEIGHT {
            let expected = format_args!("a weight of at most {}", weight::MAX_WEIGHT);
            self.push(Code::Malformed, "psbt.global.unsigned_tx", expected, weight);
        }
        weight
    }

    /// The refund must be ours to take, and worth taking.
    pub(super) fn refund(&mut self, spends: &[Spend]) -> Option<crate::RefundRecipe> {
        let key = self.keys.find(&self.terms.htlc.refund_key)?;
        let outpoint = super::funding::outpoint(self.terms, self.keys, &self.psbt.tx, spends);
        let script = self.htlc.script_pubkey.clone();
        let outpoint = outpoint.map(|txid| (txid, self.place_of(&script)));
        let recipe = crate::RefundRecipe::new(self.terms, self.htlc, key, outpoint);
        let rate = self.terms.stressed_fee_rate;
        if !recipe.is_possible(rate) {
            let expected = format_args!("more than dust left of a refund at {rate} sats a vbyte");
            self.push(Code::Fee, "terms.htlc.amount", expected, self.terms.htlc.amount);
        }
        Some(recipe)
    }

    fn place_of(&self, script: &ScriptBuf) -> u32 {
        let place = self.psbt.tx.output.iter().position(|output| output.script_pubkey == *script);
        place.and_then(|place| u32::try_from(place).ok()).unwrap_or_default()
    }
}
