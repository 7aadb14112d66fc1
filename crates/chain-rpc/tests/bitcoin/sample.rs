//! A transaction, a script and a coin of it.

use countersign_approval::{BitcoinNetwork, ChainViewError, Coin, CoinId, Sats};

pub(crate) const REGTEST: BitcoinNetwork = BitcoinNetwork::Regtest;
/// One input, one output.
const TRANSACTION: &str = "02000000010101010101010101010101010101010101010101010101010101010101010101\
                           0000000000fdffffff01e803000000000000015100000000";
/// Its id, as people read it.
pub(crate) const TXID: &str = "5e0034d76b4bd455ff6cb9bc72c0bd7ae7ec63084587e0e3224a4aac65b944a1";
/// The id of the coin's transaction; its ends differ, so that a mix-up of the order shows.
pub(crate) const COIN: &str = "00000000000000000000000000000000000000000000000000000000000000ab";

pub(crate) fn transaction() -> Vec<u8> {
    hex::decode(TRANSACTION).unwrap()
}

pub(crate) fn script() -> Vec<u8> {
    [vec![0, 20], vec![7; 20]].concat()
}

/// Returns the coin as a view tells of it.
pub(crate) fn coin(sats: u64) -> Coin {
    let mut txid = [0; 32];
    txid[0] = 0xab;
    Coin {
        id: CoinId { txid, vout: 1 },
        amount: Sats::new(sats).unwrap(),
        script_pubkey: script(),
        public_key: None,
    }
}

/// Asserts that nothing comes of it, and that the reason is told.
pub(crate) fn assert_unavailable<T: std::fmt::Debug>(
    outcome: Result<T, ChainViewError>,
    told: &str,
) {
    match outcome {
        Err(ChainViewError::Unavailable(reason)) => {
            assert!(reason.contains(told), "expected {told:?} in {reason:?}");
        }
        other => panic!("expected {told:?}, found {other:?}"),
    }
}
