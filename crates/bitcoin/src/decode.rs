//! A PSBT of version 0, read so that every byte is accounted for.
//!
//! The maps are read here and not by a library: what is unknown must come out again byte for byte,
//! in its place. Only transactions and outputs inside them are read by rust-bitcoin.

mod bytes;
mod fields;
mod map;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bitcoin::Transaction;
use bitcoin::consensus::Decodable;
use countersign_approval::{Code, Violation};

use bytes::Bytes;
pub(crate) use fields::{Place, global, input, is_known, output};
pub(crate) use map::{Map, Pair};

/// How many bytes a PSBT may have: room for a standard transaction's previous ones.
pub(crate) const MAX_BYTES: usize = 16 << 20;

const MAGIC: &[u8] = b"psbt\xff";

/// A PSBT that borrows from its bytes.
pub(crate) struct Decoded<'a> {
    pub(crate) tx: Transaction,
    pub(crate) global: Map<'a>,
    pub(crate) inputs: Vec<Map<'a>>,
    pub(crate) outputs: Vec<Map<'a>>,
}

/// Reads base64 of the standard alphabet with its padding.
pub(crate) fn from_base64(text: &str) -> Result<Vec<u8>, Violation> {
    let most = MAX_BYTES / 3 * 4 + 4;
    if text.len() > most {
        let expected = format_args!("at most {most} characters");
        return Err(Violation::new(Code::Malformed, "psbt", expected, text.len()));
    }
    STANDARD.decode(text).map_err(|error| {
        Violation::new(Code::Encoding, "psbt", "base64 with padding, of one writing", error)
    })
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded<'_>, Violation> {
    let mut bytes = Bytes::new(bytes);
    if bytes.take(MAGIC.len()) != Some(MAGIC) {
        return Err(malformed("psbt", "the bytes of a PSBT", "other first bytes"));
    }
    let global = read_map(&mut bytes, Place::Global, "psbt.global")?;
    let tx = global.value(global::UNSIGNED_TX);
    let tx = tx.ok_or_else(|| malformed("psbt.global", "an unsigned transaction", "none"))?;
    let tx = read_unsigned(tx, "psbt.global.unsigned_tx")?;
    let mut inputs = Vec::with_capacity(tx.input.len());
    for place in 0..tx.input.len() {
        inputs.push(read_map(&mut bytes, Place::Input, format_args!("psbt.inputs[{place}]"))?);
    }
    let mut outputs = Vec::with_capacity(tx.output.len());
    for place in 0..tx.output.len() {
        outputs.push(read_map(&mut bytes, Place::Output, format_args!("psbt.outputs[{place}]"))?);
    }
    if !bytes.is_at_end() {
        let found = format_args!("{} more", bytes.rest().len());
        return Err(malformed("psbt", "no bytes after the last map", found));
    }
    Ok(Decoded { tx, global, inputs, outputs })
}

fn read_map<'a>(
    bytes: &mut Bytes<'a>,
    place: Place,
    member: impl std::fmt::Display,
) -> Result<Map<'a>, Violation> {
    let start = bytes.position();
    let map = Map::read(bytes).map_err(|found| {
        malformed(&member, "a whole map", format_args!("{found}, from byte {start} on"))
    })?;
    let fault = map.pairs().iter().find_map(|pair| Some((pair.kind, fields::fault(place, pair)?)));
    match fault {
        Some((kind, expected)) => {
            Err(malformed(format_args!("{member}.{kind:#04x}"), expected, "something else"))
        }
        None => Ok(map),
    }
}

/// Reads a transaction in the form without witnesses, which is the one that a PSBT holds.
pub(crate) fn read_unsigned(bytes: &[u8], member: &str) -> Result<Transaction, Violation> {
    let mut rest = bytes;
    let tx = read_parts(&mut rest)
        .map_err(|error| malformed(member, "a transaction without witnesses", error))?;
    if !rest.is_empty() {
        let found = format_args!("{} bytes more", rest.len());
        return Err(malformed(member, "one transaction", found));
    }
    if tx.input.iter().any(|input| !input.script_sig.is_empty()) {
        return Err(malformed(member, "inputs without scripts", "a scriptSig"));
    }
    Ok(tx)
}

fn read_parts(rest: &mut &[u8]) -> Result<Transaction, bitcoin::consensus::encode::Error> {
    Ok(Transaction {
        version: Decodable::consensus_decode(rest)?,
        input: Decodable::consensus_decode(rest)?,
        output: Decodable::consensus_decode(rest)?,
        lock_time: Decodable::consensus_decode(rest)?,
    })
}

fn malformed(
    member: impl std::fmt::Display,
    expected: impl std::fmt::Display,
    found: impl std::fmt::Display,
) -> Violation {
    Violation::new(Code::Malformed, member, expected, found)
}
