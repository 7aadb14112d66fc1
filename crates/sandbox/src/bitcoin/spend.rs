//! When a transaction may be in a block: lock times (BIP-65, BIP-113) and relative ones (BIP-68).

use bitcoin::{Transaction, TxIn};

use super::Rejected;
use super::ledger::Coin;

/// The first lock time that counts seconds, not blocks.
const FIRST_TIME: u32 = 500_000_000;
/// A sequence with this bit has no relative lock time.
const NOT_RELATIVE: u32 = 1 << 31;
/// A relative lock time with this bit counts units of 512 seconds, not blocks.
const IN_TIME: u32 = 1 << 22;
const RELATIVE_MASK: u32 = 0xffff;
const TIME_UNIT_BITS: u32 = 9;

/// Says whether the lock time of a transaction has passed, or no input heeds it.
///
/// # Errors
///
/// Returns [`Rejected::NotFinal`] otherwise.
pub(super) fn is_final(
    transaction: &Transaction,
    height: u32,
    median_time: u32,
) -> Result<(), Rejected> {
    let lock = transaction.lock_time.to_consensus_u32();
    let reached = if lock < FIRST_TIME { height } else { median_time };
    let ignored = transaction.input.iter().all(|input| input.sequence.is_final());
    if lock < reached || ignored { Ok(()) } else { Err(Rejected::NotFinal) }
}

/// Says whether the relative lock time of each input has passed.
///
/// # Errors
///
/// Returns [`Rejected::NotFinalInput`] otherwise.
pub(super) fn inputs_are_final(
    transaction: &Transaction,
    coins: &[&Coin],
    height: u32,
    median_time: u32,
) -> Result<(), Rejected> {
    let has_passed = |(input, coin): (&TxIn, &&Coin)| {
        let sequence = input.sequence.to_consensus_u32();
        let count = sequence & RELATIVE_MASK;
        if sequence & NOT_RELATIVE != 0 {
            true
        } else if sequence & IN_TIME == 0 {
            coin.block.height.saturating_add(count) <= height
        } else {
            coin.median_time.saturating_add(count << TIME_UNIT_BITS) <= median_time
        }
    };
    // Versions are compared unsigned.
    let heeded = u32::from_le_bytes(transaction.version.0.to_le_bytes()) >= 2;
    if !heeded || transaction.input.iter().zip(coins).all(has_passed) {
        return Ok(());
    }
    Err(Rejected::NotFinalInput)
}
