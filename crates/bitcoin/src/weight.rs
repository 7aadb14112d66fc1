//! What a transaction will weigh once it is signed.

use bitcoin::{Script, Transaction};
use countersign_approval::Sats;

/// The weight up to which nodes pass a transaction on.
pub(crate) const MAX_WEIGHT: u64 = 400_000;

/// How much a byte weighs that is not in a witness.
const BASE: u64 = 4;
/// The marker and the flag of a transaction with witnesses.
const MARKER: u64 = 2;

/// What a transaction weighs without inputs, outputs and their counts: version, lock time, marker.
pub(crate) const EMPTY: u64 = 8 * BASE + MARKER;

/// Returns the weight of an unsigned transaction without any input's scripts.
pub(crate) fn unsigned(tx: &Transaction) -> u64 {
    let size = u64::try_from(tx.base_size()).unwrap_or(u64::MAX);
    size.saturating_mul(BASE).saturating_add(MARKER)
}

/// Returns how much an input's scripts add at most, by the script that it spends. A signature of
/// ECDSA counts 72 bytes; of what is unknown, the size of the smallest common kind is taken.
pub(crate) fn of_input(script: &Script) -> u64 {
    match script {
        script if script.is_p2wpkh() => 108,
        script if script.is_p2tr() => 67,
        script if script.is_p2sh() => 108 + 23 * BASE,
        script if script.is_p2wsh() => 108,
        _ => 1 + 107 * BASE,
    }
}

/// Returns the size in virtual bytes, rounded up.
pub(crate) const fn to_vsize(weight: u64) -> u64 {
    weight.div_ceil(BASE)
}

/// Returns the least that an output of a script must hold for nodes to pass it on.
pub(crate) fn dust(script: &Script) -> Sats {
    Sats::new(script.minimal_non_dust().to_sat()).unwrap_or(Sats::MAX)
}
