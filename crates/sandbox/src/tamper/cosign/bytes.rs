//! Lies in the bytes of a transaction: what no honest writer writes.

use solana_message::{MessageHeader, VersionedMessage};
use solana_sdk::signature::Signature;

use super::{CosignScene, Tamper, instruction, message};
use crate::solana::CosignParams;

/// How long a signature is.
const SIGNATURE: usize = 64;
/// What a message of version 1 begins with.
const VERSION_1: u8 = 0x81;
/// The bit that says that a message has a version.
const VERSIONED: u8 = 0x80;
/// An account that is behind the end of each message here.
const BEHIND: u8 = 200;

/// Tells a lie about the encoding, if it is one.
pub(super) fn apply(tamper: Tamper, params: &mut CosignParams, scene: &CosignScene<'_>) {
    restructure(tamper, params, scene);
    let honest = params.serialize();
    params.bytes = match tamper {
        Tamper::SolTrailingBytes => Some([honest.as_slice(), &[0; 4]].concat()),
        Tamper::SolTruncated => {
            honest.len().checked_sub(2).and_then(|end| honest.get(..end)).map(<[u8]>::to_vec)
        }
        Tamper::SolEmpty => Some(Vec::new()),
        Tamper::SolVersion1 => version_1(&honest),
        Tamper::SolLongCount => honest.split_first().map(|(count, rest)| {
            let long = [count | VERSIONED, 0];
            [&long, rest].concat()
        }),
        _ => None,
    };
    if tamper == Tamper::SolOtherEncoding {
        let mut other = params.clone();
        other.transaction.message.set_recent_blockhash(scene.solana.engine.genesis());
        params.in_base64 = Some(other.serialize());
    }
}

/// Makes a transaction that the form has room for, and no rule allows.
fn restructure(tamper: Tamper, params: &mut CosignParams, scene: &CosignScene<'_>) {
    let transaction = &mut params.transaction;
    match tamper {
        Tamper::SolMissingSlot => {
            transaction.signatures.pop();
            return;
        }
        Tamper::SolExtraSlot => {
            transaction.signatures.push(Signature::default());
            return;
        }
        Tamper::SolTooLong => {
            let mut draft = scene.offer.draft.clone();
            let memo = instruction(spl_memo_interface::v3::ID, Vec::new(), vec![b'x'; 1_000]);
            draft.instructions.insert(0, memo);
            let Some(long) = draft.compile() else { return };
            *transaction = long;
        }
        Tamper::SolProgramIsFeePayer => {
            if let Some(all) = message::instructions(&mut transaction.message)
                && let Some(last) = all.last_mut()
            {
                last.program_id_index = 0;
            }
        }
        Tamper::SolAccountOutOfRange => {
            if let Some(all) = message::instructions(&mut transaction.message)
                && let Some(place) = all.last_mut().and_then(|last| last.accounts.first_mut())
            {
                *place = BEHIND;
            }
        }
        Tamper::SolDuplicateAccount => double_account(&mut transaction.message),
        Tamper::SolHeader => {
            if let Some(header) = header(&mut transaction.message) {
                header.num_readonly_unsigned_accounts = BEHIND;
            }
        }
        _ => return,
    }
    scene.sign(transaction);
}

fn double_account(message: &mut VersionedMessage) {
    let keys = match message {
        VersionedMessage::Legacy(message) => &mut message.account_keys,
        VersionedMessage::V0(message) => &mut message.account_keys,
        VersionedMessage::V1(_) => return,
    };
    keys.extend(keys.last().copied());
}

fn header(message: &mut VersionedMessage) -> Option<&mut MessageHeader> {
    match message {
        VersionedMessage::Legacy(message) => Some(&mut message.header),
        VersionedMessage::V0(message) => Some(&mut message.header),
        VersionedMessage::V1(_) => None,
    }
}

/// Gives a message another version, or one at all.
fn version_1(honest: &[u8]) -> Option<Vec<u8>> {
    let count = usize::from(*honest.first()?);
    let start = SIGNATURE.checked_mul(count)?.checked_add(1)?;
    let (head, message) = honest.split_at_checked(start)?;
    let versioned = message.first().is_some_and(|first| first & VERSIONED != 0);
    let body = if versioned { message.get(1..)? } else { message };
    Some([head, &[VERSION_1], body].concat())
}
