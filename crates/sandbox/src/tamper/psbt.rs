//! Lies about a PSBT.

mod bytes;
mod htlc;
mod inputs;
mod outputs;
#[cfg(test)]
mod tests;
mod utxo;

use bitcoin::psbt::{Input, Output};
use bitcoin::{Amount, OutPoint, Psbt, ScriptBuf, Sequence, TxIn, TxOut};

use super::{Tamper, answer};
use crate::answer::Answer;
use crate::bitcoin::{Bitcoin, Coin, CoinForm, Offer, PsbtParams};

/// Where the locked output and the change stand.
const LOCKED: usize = 0;
const CHANGE: usize = 1;

/// What a lie about a PSBT needs to know.
#[derive(Clone, Copy)]
pub(crate) struct PsbtScene<'a> {
    pub(crate) bitcoin: &'a Bitcoin,
    pub(crate) offer: &'a Offer,
    /// Unix seconds.
    pub(crate) now: u64,
}

/// Changes an honest create answer into the lie. A lie that needs a change output, or a coin to
/// spare, is told only where there is one.
pub(crate) fn apply(tamper: Tamper, answer: &mut Answer<PsbtParams>, scene: &PsbtScene<'_>) {
    let attacker = scene.bitcoin.attacker.address(CoinForm::P2wpkh).to_string();
    answer::apply(tamper, answer, &attacker);
    let params = &mut answer.payload;
    htlc::apply(tamper, params, scene);
    outputs::apply(tamper, params, scene);
    inputs::apply(tamper, params, scene);
    utxo::apply(tamper, params, scene);
    bytes::apply(tamper, params);
}

impl PsbtScene<'_> {
    fn attacker_script(&self) -> ScriptBuf {
        self.bitcoin.attacker.script(CoinForm::P2wpkh)
    }

    /// Returns the largest coin of the owner that the honest transaction leaves alone.
    fn spare_coin(&self) -> Option<(OutPoint, &Coin)> {
        let inputs = &self.offer.psbt.unsigned_tx.input;
        let spent = |outpoint| inputs.iter().any(|input| input.previous_output == outpoint);
        let coins = self.bitcoin.ledger.coins_of(&self.offer.payer.script).into_iter();
        coins.filter(|(outpoint, _)| !spent(*outpoint)).max_by_key(|(_, coin)| coin.output.value)
    }

    /// Returns a coin of the resolver.
    fn foreign_coin(&self) -> Option<(OutPoint, &Coin)> {
        self.bitcoin.ledger.coins_of(&self.bitcoin.resolver_script()).into_iter().next()
    }
}

fn add_input(psbt: &mut Psbt, previous_output: OutPoint, coin: &Coin) {
    let sequence = Sequence::ENABLE_RBF_NO_LOCKTIME;
    psbt.unsigned_tx.input.push(TxIn { previous_output, sequence, ..TxIn::default() });
    psbt.inputs.push(Input { witness_utxo: Some(coin.output.clone()), ..Input::default() });
}

fn add_output(psbt: &mut Psbt, sats: u64, script_pubkey: ScriptBuf) {
    psbt.unsigned_tx.output.push(TxOut { value: Amount::from_sat(sats), script_pubkey });
    psbt.outputs.push(Output::default());
}

/// Takes satoshis out of the change, and says whether there were as many to spare.
fn take_from_change(psbt: &mut Psbt, sats: u64) -> bool {
    let change = psbt.unsigned_tx.output.get_mut(CHANGE);
    let rest = change.as_ref().and_then(|change| change.value.checked_sub(Amount::from_sat(sats)));
    match (change, rest) {
        (Some(change), Some(rest)) => {
            change.value = rest;
            true
        }
        _ => false,
    }
}
