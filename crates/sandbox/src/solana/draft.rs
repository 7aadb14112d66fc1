//! A transaction before it is compiled, and what its signers add to it.

use bincode::Options;
use solana_address::Address;
use solana_instruction::Instruction;
use solana_message::{AddressLookupTableAccount, Message, VersionedMessage, v0};
use solana_sdk::hash::Hash;
use solana_sdk::signature::{Keypair, Signature, Signer};
use solana_transaction::versioned::VersionedTransaction;

/// What fits into one packet.
const MAX_BYTES: usize = 1_232;

/// What a transaction is made of.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    /// Whether the message has the form from before versions.
    pub(crate) legacy: bool,
    pub(crate) payer: Address,
    pub(crate) instructions: Vec<Instruction>,
    /// Where accounts may be looked up; a legacy message has none.
    pub(crate) tables: Vec<AddressLookupTableAccount>,
    pub(crate) blockhash: Hash,
}

impl Draft {
    /// Makes the transaction, with room for all signatures; `None` if it can't be.
    pub(crate) fn compile(&self) -> Option<VersionedTransaction> {
        let Self { legacy, payer, instructions, tables, blockhash } = self;
        let message = if *legacy {
            let message = Message::new_with_blockhash(instructions, Some(payer), blockhash);
            VersionedMessage::Legacy(message)
        } else {
            let message = v0::Message::try_compile(payer, instructions, tables, *blockhash);
            VersionedMessage::V0(message.ok()?)
        };
        Some(unsigned(message))
    }
}

/// Gives a message room for the signatures that it needs.
fn unsigned(message: VersionedMessage) -> VersionedTransaction {
    let required = usize::from(message.header().num_required_signatures);
    VersionedTransaction { signatures: vec![Signature::default(); required], message }
}

/// Adds the signature of a key in its place, if it has one.
pub(crate) fn sign(transaction: &mut VersionedTransaction, key: &Keypair) {
    let keys = transaction.message.static_account_keys().iter();
    let place = keys.take(transaction.signatures.len()).position(|signer| *signer == key.pubkey());
    let signature = key.sign_message(&transaction.message.serialize());
    if let Some(slot) = place.and_then(|place| transaction.signatures.get_mut(place)) {
        *slot = signature;
    }
}

/// Writes a transaction as it is sent.
pub(crate) fn serialize(transaction: &VersionedTransaction) -> Vec<u8> {
    wire().serialize(transaction).unwrap_or_default()
}

/// Reads a transaction as it is sent; `None` if it is none, bytes follow it, or it is too long.
pub(crate) fn deserialize(bytes: &[u8]) -> Option<VersionedTransaction> {
    if bytes.len() > MAX_BYTES {
        return None;
    }
    wire().deserialize(bytes).ok()
}

fn wire() -> impl Options {
    bincode::DefaultOptions::new().with_fixint_encoding().reject_trailing_bytes()
}
