use std::collections::BTreeSet;

use countersign_approval::{Coin, CoinId, Sats};

use crate::rpc::RpcError;

/// A coin as a server tells of it.
pub(super) struct Told<'t> {
    pub(super) txid: &'t str,
    pub(super) vout: u32,
    pub(super) amount: Option<Sats>,
    pub(super) script: &'t [u8],
    /// The height of its block; none has not been mined.
    pub(super) height: Option<u32>,
}

/// The coins that a server tells of, at one height.
pub(super) struct Seen {
    method: &'static str,
    height: u32,
    ids: BTreeSet<CoinId>,
    total: Sats,
    coins: Vec<(Coin, u32)>,
}

impl Seen {
    /// Begins with no coins.
    pub(super) const fn new(method: &'static str, height: u32) -> Self {
        Self { method, height, ids: BTreeSet::new(), total: Sats::ZERO, coins: Vec::new() }
    }

    /// Takes a coin.
    ///
    /// # Errors
    ///
    /// Returns [`RpcError::Value`] for a coin that there can't be: one twice, or more of them than
    /// there is bitcoin.
    pub(super) fn take(&mut self, told: &Told<'_>) -> Result<(), RpcError> {
        let wrong = |expected: &str, found: String| RpcError::value(self.method, expected, found);
        let amount = told.amount.ok_or_else(|| wrong("an amount of bitcoin", "another".into()))?;
        let confirmations = confirmations(self.height, told.height)
            .ok_or_else(|| wrong("a coin of a block up to the tip", "a later one".into()))?;
        let id = CoinId { txid: txid(told.txid, self.method)?, vout: told.vout };
        let total = self.total.checked_add(amount);
        self.total = total.ok_or_else(|| wrong("at most all bitcoin", "more".into()))?;
        if !self.ids.insert(id) {
            return Err(wrong("each coin once", format!("{id} twice")));
        }
        let script_pubkey = told.script.to_vec();
        self.coins.push((Coin { id, amount, script_pubkey, public_key: None }, confirmations));
        Ok(())
    }

    /// Returns the coins in the order of their ids, whatever the server's order was.
    pub(super) fn into_coins(mut self) -> Vec<(Coin, u32)> {
        self.coins.sort_by_key(|(coin, _)| coin.id);
        self.coins
    }
}

/// Returns how many blocks hold a coin or follow on the one that does; nothing for a block that is
/// not there yet.
fn confirmations(tip: u32, height: Option<u32>) -> Option<u32> {
    match height {
        None => Some(0),
        Some(height) => tip.checked_sub(height)?.checked_add(1),
    }
}

/// Reads a transaction's id, which people read in reverse.
///
/// # Errors
///
/// Returns [`RpcError::Value`] if it is none.
pub(super) fn txid(text: &str, method: &'static str) -> Result<[u8; 32], RpcError> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).map_err(|_| {
        RpcError::value(method, "a transaction's id", format!("text of {} bytes", text.len()))
    })?;
    bytes.reverse();
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TXID: &str = "0e3e2357e806b6cdb1f70b54c3a3a17b6714ee1f0e68bebb44a74b1efd512098";

    fn told(vout: u32, sats: u64) -> Told<'static> {
        Told { txid: TXID, vout, amount: Sats::new(sats), script: &[0x51], height: Some(7) }
    }

    #[test]
    fn ids_are_kept_as_they_are_hashed() {
        let mut seen = Seen::new("m", 9);
        seen.take(&told(1, 5)).unwrap();
        seen.take(&Told { height: None, ..told(0, 6) }).unwrap();
        let coins = seen.into_coins();
        let ids: Vec<_> = coins.iter().map(|(coin, _)| coin.id.to_string()).collect();
        assert_eq!(ids, [format!("{TXID}:0"), format!("{TXID}:1")]);
        assert_eq!(
            coins.iter().map(|(_, confirmations)| *confirmations).collect::<Vec<_>>(),
            [0, 3]
        );
    }

    #[test]
    fn refuses_coins_that_there_cannot_be() {
        let all = Sats::MAX.value();
        for (first, second, why) in [
            (told(0, 1), told(0, 1), "each coin once"),
            (told(0, all), told(1, 1), "at most all bitcoin"),
            (told(0, 1), told(1, all + 1), "an amount of bitcoin"),
            (told(0, 1), Told { height: Some(10), ..told(1, 1) }, "up to the tip"),
            (told(0, 1), Told { txid: &TXID[2..], ..told(1, 1) }, "a transaction's id"),
            (told(0, 1), Told { txid: "é", ..told(1, 1) }, "a transaction's id"),
        ] {
            let mut seen = Seen::new("m", 9);
            seen.take(&first).unwrap();
            let error = seen.take(&second).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }

    proptest! {
        #[test]
        fn confirmations_count_the_block_itself(tip: u32, height: u32) {
            let expected = i64::from(tip).saturating_sub(height.into()).saturating_add(1);
            // A block that isn't there yet has none, and one more than fits is no count.
            let expected = u32::try_from(expected).ok().filter(|count| *count > 0);
            prop_assert_eq!(confirmations(tip, Some(height)), expected);
        }
    }
}
