use std::collections::{HashMap, HashSet};

use bitcoin::hashes::Hash;
use bitcoin::{Amount, ScriptBuf, TxOut};
use countersign_approval::{Code, CoinId, PaymentAction};

use super::Check;
use crate::judge::{Owner, Spend};

impl Check<'_> {
    /// Finds out what each input spends: coins of the terms, once each.
    pub(super) fn inputs(&mut self, index: &HashMap<CoinId, usize>) -> Vec<Spend> {
        let tx = self.tx;
        let mut seen = HashSet::with_capacity(tx.input.len());
        let mut spends = Vec::with_capacity(tx.input.len());
        for (place, input) in tx.input.iter().enumerate() {
            let previous = input.previous_output;
            let id = CoinId { txid: previous.txid.to_byte_array(), vout: previous.vout };
            if !seen.insert(id) {
                self.push(Code::Inputs, member(place), "a coin that no other input spends", id);
            }
            spends.push(self.spend(place, id, index.get(&id).copied()));
        }
        self.count(spends.len());
        if self.terms.action == PaymentAction::SelfSpend {
            self.all_spent(&seen);
        }
        spends
    }

    /// Our own word counts for a coin: nothing in the draft says what it holds.
    fn spend(&mut self, place: usize, id: CoinId, at: Option<usize>) -> Spend {
        let terms = self.terms;
        let ours = at.and_then(|at| Some((at, terms.coins.get(at)?)));
        let Some((at, coin)) = ours else {
            self.push(Code::UnexpectedInput, member(place), "a coin of the terms", id);
            let coin = TxOut { value: Amount::ZERO, script_pubkey: ScriptBuf::new() };
            return Spend { id, owner: Owner::Other, coin };
        };
        if self.keys.of(coin).spends(&coin.script_pubkey).is_none() {
            let found = hex::encode(&coin.script_pubkey);
            let expected = "a coin of a key of ours";
            self.push(Code::UnexpectedInput, format_args!("terms.coins[{at}]"), expected, found);
        }
        let coin = TxOut {
            value: Amount::from_sat(coin.amount.value()),
            script_pubkey: ScriptBuf::from_bytes(coin.script_pubkey.clone()),
        };
        Spend { id, owner: Owner::Ours(at), coin }
    }

    fn count(&mut self, count: usize) {
        let most = self.terms.max_inputs;
        if count == 0 || count > most {
            let expected = format_args!("one input at least, {most} at most");
            self.push(Code::Inputs, "draft.inputs", expected, count);
        }
    }

    /// One coin that stays behind would keep alive what it was signed over for.
    fn all_spent(&mut self, seen: &HashSet<CoinId>) {
        for coin in self.terms.coins.iter().filter(|coin| !seen.contains(&coin.id)) {
            let expected = format_args!("one that spends {}", coin.id);
            self.push(Code::Inputs, "draft.inputs", expected, "none");
        }
    }
}

fn member(place: usize) -> String {
    format!("draft.inputs[{place}]")
}
