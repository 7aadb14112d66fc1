use bitcoin::consensus::encode::deserialize;
use bitcoin::hashes::Hash;
use bitcoin::{Transaction, TxOut};
use countersign_approval::{Code, CoinId, Sats};

use super::Check;
use crate::decode::{Map, input};

impl Check<'_> {
    /// Reads what an input says it spends: by the previous transaction, by the output, or by both.
    pub(super) fn utxo(&mut self, place: usize, map: &Map<'_>, id: CoinId) -> Option<TxOut> {
        let claimed = map.value(input::WITNESS_UTXO).map(|bytes| {
            deserialize::<TxOut>(bytes).map_err(|error| {
                self.push(Code::Malformed, member(place), "a previous output", error);
            })
        });
        let proven =
            map.value(input::NON_WITNESS_UTXO).map(|bytes| self.previous(place, bytes, id));
        let coin = match (claimed, proven) {
            (None, None) => {
                self.push(Code::Utxo, member(place), "the output that it spends", "nothing");
                None
            }
            (Some(Ok(claimed)), Some(Some(proven))) => {
                if claimed != proven {
                    self.push(Code::Utxo, member(place), describe(&proven), describe(&claimed));
                }
                Some(proven)
            }
            (Some(Ok(coin)), None) | (None, Some(Some(coin))) => Some(coin),
            _ => None,
        };
        if let Some(coin) = coin.as_ref().filter(|coin| Sats::new(coin.value.to_sat()).is_none()) {
            self.push(Code::Utxo, member(place), Sats::MAX, coin.value.to_sat());
        }
        coin
    }

    /// Reads a previous transaction and returns the output that is spent.
    fn previous(&mut self, place: usize, bytes: &[u8], id: CoinId) -> Option<TxOut> {
        let previous = deserialize::<Transaction>(bytes).map_err(|error| {
            self.push(Code::Malformed, member(place), "a previous transaction", error);
        });
        let previous = previous.ok()?;
        let txid = previous.compute_txid().to_byte_array();
        if txid != id.txid {
            let found = CoinId { txid, vout: id.vout };
            self.push(Code::Utxo, member(place), id, found);
            return None;
        }
        let count = previous.output.len();
        let coin = usize::try_from(id.vout).ok().and_then(|at| previous.output.into_iter().nth(at));
        if coin.is_none() {
            let expected = format_args!("an output {} in the previous transaction", id.vout);
            self.push(Code::Utxo, member(place), expected, format_args!("{count} outputs"));
        }
        coin
    }
}

pub(super) fn member(place: usize) -> String {
    format!("psbt.inputs[{place}].utxo")
}

pub(super) fn describe(coin: &TxOut) -> String {
    format!("{} sats on {}", coin.value.to_sat(), hex::encode(coin.script_pubkey.as_bytes()))
}
