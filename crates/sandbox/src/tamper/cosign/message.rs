//! Lies about who signs and pays, and for how long a transaction is valid.

use solana_message::VersionedMessage;
use solana_message::compiled_instruction::CompiledInstruction;
use solana_sdk::hash::Hash;
use solana_sdk::signature::Signature;

use super::{Cast, CosignScene, Tamper, extra};
use crate::solana::{CosignParams, Draft};

/// Where the price of a compute unit stands.
const PRICE: usize = 1;

/// Tells a lie about the message around its instructions, if it is one.
pub(super) fn apply(
    tamper: Tamper,
    params: &mut CosignParams,
    scene: &CosignScene<'_>,
    cast: &Cast,
) {
    let signatures = &mut params.transaction.signatures;
    match tamper {
        Tamper::SolSponsorUnsigned => {
            if let Some(first) = signatures.first_mut() {
                *first = Signature::default();
            }
        }
        Tamper::SolOurSlotFilled => {
            if let Some((first, rest)) = signatures.split_first_mut() {
                let filler = if *first == Signature::default() { [7; 64].into() } else { *first };
                rest.fill(filler);
            }
        }
        Tamper::SolSponsorSignature => {
            if let Some(data) = data_of(&mut params.transaction.message, 0) {
                flip(data);
            }
        }
        Tamper::SolDepositAddress => {
            params.resolver_deposit_address = cast.attacker.to_string();
        }
        _ => redraft(tamper, params, scene, cast),
    }
}

fn redraft(tamper: Tamper, params: &mut CosignParams, scene: &CosignScene<'_>, cast: &Cast) {
    let honest = &scene.offer.draft;
    let draft = match tamper {
        Tamper::SolFeePayer => Draft { payer: cast.attacker, ..honest.clone() },
        Tamper::SolUserPays => Draft { payer: cast.user, ..honest.clone() },
        Tamper::SolBlockhash => Draft { blockhash: made_up(), ..honest.clone() },
        Tamper::SolForeignBlockhash => {
            let draft = Draft { blockhash: made_up(), ..honest.clone() };
            params.recent_blockhash = draft.blockhash.to_string();
            draft
        }
        Tamper::SolComputePrice => {
            let mut draft = honest.clone();
            if let Some(price) = draft.instructions.get_mut(PRICE) {
                *price = extra::high_price();
            }
            draft
        }
        _ => return,
    };
    if let Some(transaction) = scene.compiled(&draft) {
        params.transaction = transaction;
    }
}

fn made_up() -> Hash {
    Hash::new_from_array(rand::random())
}

/// Returns the data of an instruction, to change it.
fn data_of(message: &mut VersionedMessage, index: usize) -> Option<&mut Vec<u8>> {
    instructions(message)?.get_mut(index).map(|found| &mut found.data)
}

/// Returns the instructions of a message, to change them.
pub(super) fn instructions(
    message: &mut VersionedMessage,
) -> Option<&mut Vec<CompiledInstruction>> {
    match message {
        VersionedMessage::Legacy(message) => Some(&mut message.instructions),
        VersionedMessage::V0(message) => Some(&mut message.instructions),
        VersionedMessage::V1(_) => None,
    }
}

fn flip(data: &mut [u8]) {
    if let Some(byte) = data.get_mut(1) {
        *byte ^= 1;
    }
}
