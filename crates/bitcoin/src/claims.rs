use bitcoin::Script;
use bitcoin::hashes::Hash;
use bitcoin::opcodes::all::OP_CLTV;
use bitcoin::script::{Instruction, read_scriptint};
use countersign_api_types::json::Value;
use countersign_approval::CoinId;

use crate::{PsbtPayload, decode, payload};

/// What a payload says of itself, read before there are terms to compare it with.
///
/// Nothing in here is believed: what is taken into the terms is bounded by policy, rebuilt, and
/// compared with the payload like everything else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PsbtClaims {
    /// The coins that the transaction spends.
    pub spends: Vec<CoinId>,
    /// The scripts that it pays.
    pub pays: Vec<Vec<u8>>,
    /// The lock time of the output, where it is sent or stands in the script that is sent.
    pub locktime: Option<u32>,
}

impl PsbtClaims {
    /// Reads the claims of a payload; nothing of one that can't be read.
    pub fn read(payload: &PsbtPayload) -> Self {
        Self::try_read(payload).unwrap_or_default()
    }

    fn try_read(payload: &PsbtPayload) -> Option<Self> {
        let payload = payload::read(payload).ok()?;
        let sent = payload::Sent::new(&payload).ok()?;
        let bytes = decode::from_base64(sent.psbt).ok()?;
        let tx = decode::decode(&bytes).ok()?.tx;
        let spends = tx.input.iter().map(|input| {
            let previous = input.previous_output;
            CoinId { txid: previous.txid.to_byte_array(), vout: previous.vout }
        });
        let said = sent.everywhere("locktime").find_map(number);
        let script = sent.everywhere("witness_script").find_map(|script| {
            let script = hex::decode(script.as_str()?).ok()?;
            lock_time(Script::from_bytes(&script))
        });
        Some(Self {
            spends: spends.collect(),
            pays: tx.output.iter().map(|output| output.script_pubkey.to_bytes()).collect(),
            locktime: said.or(script),
        })
    }
}

fn number(value: &Value<'_>) -> Option<u32> {
    match value {
        Value::Number(text) => text.parse().ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// Returns the number before the one `OP_CHECKLOCKTIMEVERIFY` of a script.
fn lock_time(script: &Script) -> Option<u32> {
    let mut before = None;
    for instruction in script.instructions() {
        match instruction.ok()? {
            Instruction::Op(op) if op == OP_CLTV => return before,
            Instruction::PushBytes(bytes) => {
                before = lock_time_in(bytes.as_bytes());
            }
            Instruction::Op(_) => before = None,
        }
    }
    None
}

/// Reads a lock time, which may take five bytes where other numbers of scripts have four.
fn lock_time_in(bytes: &[u8]) -> Option<u32> {
    match bytes {
        [rest @ .., 0] if rest.len() == 4 => <[u8; 4]>::try_from(rest).ok().map(u32::from_le_bytes),
        _ => read_scriptint(bytes).ok().and_then(|number| u32::try_from(number).ok()),
    }
}
