//! Lies in the bytes of a PSBT: what no honest writer writes.

use bitcoin::VarInt;
use bitcoin::consensus::encode::serialize;

use super::Tamper;
use crate::bitcoin::PsbtParams;

/// How long `psbt` and the byte after it are.
const MAGIC: usize = 5;
/// How many bytes are cut or added.
const FEW: usize = 4;

/// Tells a lie about the encoding, if it is one.
pub(super) fn apply(tamper: Tamper, params: &mut PsbtParams) {
    let honest = params.psbt.serialize();
    params.bytes = match tamper {
        Tamper::BtcDuplicateUnsignedTx => {
            let record = record(0x00, &serialize(&params.psbt.unsigned_tx));
            Some(insert(&honest, MAGIC, &record))
        }
        Tamper::BtcDuplicateKey => double_coin(params, &honest),
        Tamper::BtcTrailingBytes => Some([honest.as_slice(), &[0; FEW]].concat()),
        Tamper::BtcTruncated => {
            honest.len().checked_sub(FEW).and_then(|end| honest.get(..end)).map(<[u8]>::to_vec)
        }
        Tamper::BtcWrongMagic => Some([b"psbx", honest.get(FEW..).unwrap_or_default()].concat()),
        Tamper::BtcVersion2 => {
            params.psbt.version = 2;
            None
        }
        _ => None,
    };
}

/// Writes the coin of the first input twice.
fn double_coin(params: &PsbtParams, honest: &[u8]) -> Option<Vec<u8>> {
    let coin = params.psbt.inputs.first()?.witness_utxo.as_ref()?;
    let record = record(0x01, &serialize(coin));
    let at = honest.windows(record.len()).position(|window| window == record)?;
    Some(insert(honest, at, &record))
}

/// Writes a key of one byte and its value.
fn record(key: u8, value: &[u8]) -> Vec<u8> {
    let length = VarInt(u64::try_from(value.len()).unwrap_or_default());
    [&[1, key], serialize(&length).as_slice(), value].concat()
}

fn insert(bytes: &[u8], at: usize, record: &[u8]) -> Vec<u8> {
    let (head, tail) = bytes.split_at_checked(at).unwrap_or((bytes, &[]));
    [head, record, tail].concat()
}
