//! Which coins pay for something, and what is left of them.

use bitcoin::absolute::LockTime;
use bitcoin::transaction::Version;
use bitcoin::{Amount, OutPoint, ScriptBuf, Sequence, Transaction, TxIn, TxOut, Witness};

use super::keys::CoinForm;
use super::ledger::Ledger;
use super::{DUST_SATS, fee};

/// The weight of a transaction without inputs and outputs.
const BASE_WEIGHT: u64 = 42;
/// The bytes of an output besides its script.
const OUTPUT_BYTES: u64 = 9;
/// How many coins a transaction takes where it can: more than one keeps the coins few.
const COINS: usize = 2;

/// An unsigned transaction, and the coins that it spends.
#[derive(Clone, Debug)]
pub(super) struct Selection {
    pub(super) transaction: Transaction,
    pub(super) spent: Vec<TxOut>,
}

/// Spends the smallest of `owner`'s coins that are `free` to pay `payment`, and pays the rest back
/// to it. Returns `None` if there are not enough.
pub(super) fn select(
    ledger: &Ledger,
    (owner, form): (&ScriptBuf, CoinForm),
    payment: TxOut,
    free: impl Fn(&OutPoint) -> bool,
) -> Option<Selection> {
    let mut coins = ledger.coins_of(owner);
    coins.retain(|(outpoint, _)| free(outpoint));
    coins.sort_by_key(|(_, coin)| coin.output.value);
    let (mut taken, mut held) = (Vec::new(), 0_u64);
    let mut weight = BASE_WEIGHT.checked_add(output_weight(&payment.script_pubkey)?)?;
    weight = weight.checked_add(output_weight(owner)?)?;
    let needed = |weight| payment.value.to_sat().checked_add(fee(weight));
    for (outpoint, coin) in coins {
        if held >= needed(weight)? && taken.len() >= COINS {
            break;
        }
        held = held.checked_add(coin.output.value.to_sat())?;
        weight = weight.checked_add(form.input_weight())?;
        taken.push((outpoint, coin.output.clone()));
    }
    let change = held.checked_sub(needed(weight)?)?;
    Some(assemble(
        taken,
        payment,
        TxOut { value: Amount::from_sat(change), script_pubkey: owner.clone() },
    ))
}

fn assemble(taken: Vec<(OutPoint, TxOut)>, payment: TxOut, change: TxOut) -> Selection {
    let (outpoints, spent): (Vec<_>, Vec<_>) = taken.into_iter().unzip();
    let change = Some(change).filter(|change| change.value.to_sat() >= DUST_SATS);
    let transaction = Transaction {
        version: Version::TWO,
        lock_time: LockTime::ZERO,
        input: outpoints.into_iter().map(input).collect(),
        output: std::iter::once(payment).chain(change).collect(),
    };
    Selection { transaction, spent }
}

/// Returns an input that is not signed yet.
pub(super) const fn input(previous_output: OutPoint) -> TxIn {
    TxIn {
        previous_output,
        script_sig: ScriptBuf::new(),
        sequence: Sequence::ENABLE_RBF_NO_LOCKTIME,
        witness: Witness::new(),
    }
}

fn output_weight(script: &ScriptBuf) -> Option<u64> {
    u64::try_from(script.len()).ok()?.checked_add(OUTPUT_BYTES)?.checked_mul(4)
}
