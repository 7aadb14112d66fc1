//! A transaction as it is sent over the wire: read by the ecosystem's own types, and taken only in
//! the one way of writing it.

mod rules;
mod text;

use countersign_approval::{Code, Violation};
use countersign_units::{SolanaAddress, SolanaHash};
use solana_message::VersionedMessage;
use solana_message::compiled_instruction::CompiledInstruction;
use solana_message::v0::MessageAddressTableLookup;
use solana_transaction::versioned::VersionedTransaction;

use crate::CosignMessage;

pub(crate) use text::{from_payload, from_text};

/// How large a transaction is at most, in bytes: what one packet holds.
pub(crate) const MAX_BYTES: usize = 1_232;

/// How large a signature is, in bytes.
const SIGNATURE: usize = 64;

/// How a transaction came as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// In hex.
    Hex,
    /// In base64.
    Base64,
}

/// A transaction that was read in full: each of its bytes is accounted for.
#[derive(Clone, Debug)]
pub(crate) struct Decoded {
    wire: Box<[u8]>,
    form: Form,
    transaction: VersionedTransaction,
}

/// Reads a transaction, or says why these bytes are none.
pub(crate) fn decode(wire: Vec<u8>, form: Form) -> Result<Decoded, Violation> {
    if wire.len() > MAX_BYTES {
        let expected = format_args!("at most {MAX_BYTES} bytes");
        return Err(malformed("transaction", expected, wire.len()));
    }
    let transaction: VersionedTransaction = wincode::deserialize_exact(&wire)
        .map_err(|error| malformed("transaction", "a legacy or v0 transaction", error))?;
    // There is more than one way to write a count, and one of them is right.
    let rewritten = wincode::serialize(&transaction);
    if !rewritten.is_ok_and(|rewritten| rewritten == wire) {
        let found = "a count in more bytes than it needs";
        return Err(malformed("transaction", "each count in its shortest form", found));
    }
    rules::check(&transaction)?;
    Ok(Decoded { wire: wire.into(), form, transaction })
}

impl Decoded {
    /// Returns the transaction as it came over the wire.
    pub(crate) const fn wire(&self) -> &[u8] {
        &self.wire
    }

    /// Says how it came.
    pub(crate) const fn form(&self) -> Form {
        self.form
    }

    /// Says which version the message has, for people.
    pub(crate) const fn version(&self) -> &'static str {
        match self.transaction.message {
            VersionedMessage::Legacy(_) => "legacy",
            VersionedMessage::V0(_) => "v0",
            VersionedMessage::V1(_) => "v1",
        }
    }

    /// Returns what signers sign.
    pub(crate) fn message_bytes(&self) -> &[u8] {
        self.wire.get(self.message_at()..).unwrap_or_default()
    }

    /// Copies what signers sign.
    pub(crate) fn to_message(&self) -> CosignMessage {
        CosignMessage::new(self.message_bytes())
    }

    /// Returns where the message begins: behind the count of signatures, one byte, and these.
    fn message_at(&self) -> usize {
        self.transaction.signatures.len().saturating_mul(SIGNATURE).saturating_add(1)
    }

    /// Returns the keys that the message holds itself.
    pub(crate) fn keys(&self) -> impl ExactSizeIterator<Item = SolanaAddress> {
        let keys = self.transaction.message.static_account_keys().iter();
        keys.map(|key| SolanaAddress::new(key.to_bytes()))
    }

    /// Returns how many of its keys sign.
    pub(crate) fn signers_count(&self) -> usize {
        usize::from(self.transaction.message.header().num_required_signatures)
    }

    /// Returns the keys that sign, the fee payer first.
    pub(crate) fn signers(&self) -> impl Iterator<Item = SolanaAddress> {
        self.keys().take(self.signers_count())
    }

    /// Returns the signatures, zeros where one is missing, in the order of the signers.
    pub(crate) fn signatures(&self) -> impl Iterator<Item = &[u8; SIGNATURE]> {
        self.transaction.signatures.iter().map(solana_sdk::signature::Signature::as_array)
    }

    /// Says whether the message may write to one of its own keys.
    pub(crate) fn is_writable(&self, place: usize) -> bool {
        let header = self.transaction.message.header();
        let readonly_signed = usize::from(header.num_readonly_signed_accounts);
        let readonly_unsigned = usize::from(header.num_readonly_unsigned_accounts);
        let (end, readonly) = if place < self.signers_count() {
            (self.signers_count(), readonly_signed)
        } else {
            (self.keys().len(), readonly_unsigned)
        };
        place < end.saturating_sub(readonly)
    }

    /// Returns what the transaction takes from lookup tables.
    pub(crate) fn lookups(&self) -> &[MessageAddressTableLookup] {
        self.transaction.message.address_table_lookups().unwrap_or_default()
    }

    /// Returns the instructions, with their accounts by number.
    pub(crate) fn instructions(&self) -> &[CompiledInstruction] {
        self.transaction.message.instructions()
    }

    /// Returns the blockhash, or the value of the durable nonce that stands in its place.
    pub(crate) fn blockhash(&self) -> SolanaHash {
        SolanaHash::new(self.transaction.message.recent_blockhash().to_bytes())
    }

    /// Writes the transaction with a signature in the slot of its signer, and all else as it came.
    pub(crate) fn with_signature(
        &self,
        signer: &SolanaAddress,
        signature: &[u8; SIGNATURE],
    ) -> Option<Vec<u8>> {
        let place = self.signers().position(|key| key == *signer)?;
        let start = place.checked_mul(SIGNATURE)?.checked_add(1)?;
        let mut wire = self.wire.to_vec();
        let slot = wire.get_mut(start..start.checked_add(SIGNATURE)?)?;
        slot.copy_from_slice(signature);
        Some(wire)
    }
}

fn malformed(
    member: impl std::fmt::Display,
    expected: impl std::fmt::Display,
    found: impl std::fmt::Display,
) -> Violation {
    Violation::new(Code::Malformed, member, expected, found)
}
