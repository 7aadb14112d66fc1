use std::collections::{HashMap, HashSet};

use bitcoin::hashes::Hash;
use bitcoin::{Amount, Script, ScriptBuf, TxOut};
use countersign_approval::{Code, Coin, CoinId, ForeignInputs};

use super::Check;
use super::utxo::{describe, member};
use crate::decode::{Map, input};

/// What an input spends.
#[derive(Clone, Debug)]
pub(crate) struct Spend {
    pub(crate) id: CoinId,
    pub(crate) owner: Owner,
    /// For a coin of ours what the terms say, for another's what was sent.
    pub(crate) coin: TxOut,
}

/// Whose coin it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// Ours: the place of the coin in the terms.
    Ours(usize),
    /// Another's.
    Other,
}

impl Spend {
    pub(crate) const fn is_ours(&self) -> bool {
        matches!(self.owner, Owner::Ours(_))
    }
}

impl Check<'_> {
    /// Finds out what each input spends, and that our coins are spent once and no others of ours.
    pub(super) fn coins(&mut self, index: &HashMap<CoinId, usize>) -> Vec<Spend> {
        let psbt = self.psbt;
        let mut seen = HashSet::with_capacity(psbt.inputs.len());
        let mut spends = Vec::with_capacity(psbt.inputs.len());
        for (place, (txin, map)) in psbt.tx.input.iter().zip(&psbt.inputs).enumerate() {
            let outpoint = txin.previous_output;
            let id = CoinId { txid: outpoint.txid.to_byte_array(), vout: outpoint.vout };
            if !seen.insert(id) {
                self.push(Code::Inputs, member(place), "a coin that no other input spends", id);
            }
            let sent = self.utxo(place, map, id);
            let terms = self.terms;
            let ours = index.get(&id).and_then(|at| Some((*at, terms.coins.get(*at)?)));
            let spend = match ours {
                Some((at, coin)) => self.our_coin(place, id, (at, coin), sent),
                None => self.other_coin(place, id, map, sent),
            };
            self.scripts(place, map, &spend.coin.script_pubkey);
            spends.push(spend);
        }
        for coin in self.terms.coins.iter().filter(|coin| !seen.contains(&coin.id)) {
            self.push(
                Code::Inputs,
                "psbt.inputs",
                format_args!("one that spends {}", coin.id),
                "none",
            );
        }
        spends
    }

    /// Our own word counts for a coin of ours; what was sent has only to agree.
    fn our_coin(
        &mut self,
        place: usize,
        id: CoinId,
        (at, coin): (usize, &Coin),
        sent: Option<TxOut>,
    ) -> Spend {
        let ours = TxOut {
            value: Amount::from_sat(coin.amount.value()),
            script_pubkey: ScriptBuf::from_bytes(coin.script_pubkey.clone()),
        };
        if self.keys.of(coin).spends(&coin.script_pubkey).is_none() {
            let found = hex::encode(&coin.script_pubkey);
            let expected = "a coin of a key of ours";
            self.push(Code::InputsList, format_args!("terms.coins[{at}]"), expected, found);
        }
        if let Some(sent) = sent.filter(|sent| *sent != ours) {
            self.push(Code::Utxo, member(place), describe(&ours), describe(&sent));
        }
        Spend { id, owner: Owner::Ours(at), coin: ours }
    }

    fn other_coin(
        &mut self,
        place: usize,
        id: CoinId,
        map: &Map<'_>,
        sent: Option<TxOut>,
    ) -> Spend {
        let coin = sent.unwrap_or(TxOut { value: Amount::ZERO, script_pubkey: ScriptBuf::new() });
        if self.keys.any_spends(coin.script_pubkey.as_bytes()) {
            self.push(Code::UnexpectedInput, member(place), "a coin that was agreed", id);
        }
        let policy = self.terms.foreign_inputs;
        if policy == ForeignInputs::Refuse {
            self.push(Code::UnexpectedInput, member(place), "no input of others", id);
        }
        let proven = map.has(input::NON_WITNESS_UTXO);
        if !proven && (policy == ForeignInputs::PreviousTx || needs_previous(&coin, map)) {
            self.push(Code::Utxo, member(place), "the previous transaction", "none");
        }
        Spend { id, owner: Owner::Other, coin }
    }

    /// Redeem and witness scripts stand where the script has room for them, and hash to it.
    fn scripts(&mut self, place: usize, map: &Map<'_>, script: &Script) {
        let redeem = map.value(input::REDEEM_SCRIPT).map(Script::from_bytes);
        if let Some(redeem) = redeem
            && redeem.to_p2sh().as_script() != script
        {
            let found = hex::encode(redeem.as_bytes());
            self.push(
                Code::Utxo,
                member(place),
                "a redeem script that hashes to the coin's",
                found,
            );
        }
        let Some(witness) = map.value(input::WITNESS_SCRIPT).map(Script::from_bytes) else {
            return;
        };
        if witness.to_p2wsh().as_script() != redeem.unwrap_or(script) {
            let found = hex::encode(witness.as_bytes());
            self.push(
                Code::Utxo,
                member(place),
                "a witness script that hashes to the coin's",
                found,
            );
        }
    }
}

/// An amount is signed for only where the spending is by a witness.
fn needs_previous(coin: &TxOut, map: &Map<'_>) -> bool {
    let script = &coin.script_pubkey;
    let redeem = map.value(input::REDEEM_SCRIPT).map(Script::from_bytes);
    let nested = redeem.is_some_and(Script::is_witness_program) || map.has(input::FINAL_WITNESS);
    !(script.is_witness_program() || script.is_p2sh() && nested)
}
