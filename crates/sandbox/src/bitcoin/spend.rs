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

#[cfg(test)]
mod tests {
    use bitcoin::absolute::LockTime;
    use bitcoin::hashes::Hash;
    use bitcoin::transaction::Version;
    use bitcoin::{Amount, BlockHash, ScriptBuf, Sequence, TxOut};

    use super::*;
    use crate::bitcoin::Block;

    const NOW: u32 = 1_800_000_000;

    fn transaction(lock: u32, sequence: u32) -> Transaction {
        Transaction {
            version: Version::TWO,
            lock_time: LockTime::from_consensus(lock),
            input: vec![TxIn { sequence: Sequence(sequence), ..TxIn::default() }],
            output: Vec::new(),
        }
    }

    #[test]
    fn a_lock_time_has_to_have_passed() {
        for (lock, sequence, finals) in [
            (0, 0, true),
            (100, 0, true),
            (101, 0, false),
            (101, u32::MAX, true),
            (FIRST_TIME - 1, 0, false),
            (FIRST_TIME, 0, true),
            (NOW - 1, 0xffff_fffe, true),
            (NOW, 0xffff_fffe, false),
            (NOW, u32::MAX, true),
        ] {
            let verdict = is_final(&transaction(lock, sequence), 101, NOW);
            assert_eq!(verdict.is_ok(), finals, "{lock} {sequence:x}");
        }
    }

    #[test]
    fn a_relative_lock_time_counts_from_the_coin() {
        let output = TxOut { value: Amount::ONE_SAT, script_pubkey: ScriptBuf::new() };
        let block = Block { height: 90, time: NOW, hash: BlockHash::all_zeros() };
        let coin = Coin { output, block, median_time: NOW };
        let later = NOW + 2 * 512;
        for (version, sequence, finals) in [
            (2, 11, true),
            (2, 12, false),
            (1, 12, true),
            (-1, 12, false),
            (2, NOT_RELATIVE | 0xc, true),
            (2, IN_TIME | 0x2, true),
            (2, IN_TIME | 0x3, false),
        ] {
            let mut transaction = transaction(0, sequence);
            transaction.version = Version(version);
            let verdict = inputs_are_final(&transaction, &[&coin], 101, later);
            assert_eq!(verdict.is_ok(), finals, "{version} {sequence:x}");
        }
    }
}
