//! Coins that open swaps count on, so that no two of them are offered the same.

use std::collections::HashMap;

use bitcoin::{OutPoint, Transaction};
use countersign_units::UnixSeconds;

/// Until when each coin is promised.
#[derive(Debug, Default)]
pub(crate) struct Promises(HashMap<OutPoint, UnixSeconds>);

impl Promises {
    /// Says whether no open swap counts on a coin.
    pub(crate) fn is_free(&self, coin: &OutPoint, now: UnixSeconds) -> bool {
        self.0.get(coin).is_none_or(|until| *until < now)
    }

    /// Promises what a transaction spends, up to and with a moment.
    pub(crate) fn give(&mut self, transaction: &Transaction, until: UnixSeconds) {
        let coins = transaction.input.iter().map(|input| (input.previous_output, until));
        self.0.extend(coins);
    }

    /// Forgets the promises of what a transaction has spent.
    pub(crate) fn keep(&mut self, transaction: &Transaction) {
        for input in &transaction.input {
            self.0.remove(&input.previous_output);
        }
    }
}

#[cfg(test)]
mod tests {
    use bitcoin::absolute::LockTime;
    use bitcoin::transaction::Version;
    use bitcoin::{TxIn, TxOut};

    use super::*;

    #[test]
    fn a_coin_is_free_again_once_it_is_late_or_its_swap_done() {
        let input = vec![TxIn::default()];
        let (coin, output) = (input[0].previous_output, Vec::<TxOut>::new());
        let spend = Transaction { version: Version::TWO, lock_time: LockTime::ZERO, input, output };
        let mut promises = Promises::default();
        let at = UnixSeconds::new;
        assert!(promises.is_free(&coin, at(1)));
        promises.give(&spend, at(100));
        assert!(!promises.is_free(&coin, at(100)));
        assert!(promises.is_free(&coin, at(101)));
        promises.keep(&spend);
        assert!(promises.is_free(&coin, at(1)));
    }
}
