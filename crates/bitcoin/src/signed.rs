use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bitcoin::consensus::encode::serialize;
use bitcoin::secp256k1::PublicKey;
use bitcoin::{TxIn, VarInt, Witness};

use crate::decode::input;
use crate::judge::{Funding, nested_script_sig};
use crate::own::CoinKind;

/// How signatures are written into a PSBT.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a PSBT has these two places for a signature")]
pub enum PsbtForm {
    /// As the final witness of each signed input, ready to be sent.
    #[default]
    Finalised,
    /// As signatures that another party finalises.
    Signatures,
}

/// A PSBT with our signatures, each of which was verified.
///
/// Everything that was sent stands in it byte for byte and in its order; the signatures come last
/// in the maps of the inputs that were signed.
#[derive(Clone)]
pub struct SignedPsbt {
    unsigned: Vec<u8>,
    ends: Vec<usize>,
    inputs: Vec<SignedInput>,
}

/// A signature in the form that stands in a witness, with its sighash type.
#[derive(Clone)]
pub(crate) struct SignedInput {
    pub(crate) input: usize,
    pub(crate) kind: CoinKind,
    pub(crate) key: PublicKey,
    pub(crate) signature: Vec<u8>,
}

impl SignedPsbt {
    pub(crate) fn new(funding: &Funding, inputs: Vec<SignedInput>) -> Self {
        Self::of(funding.bytes.clone(), funding.ends.clone(), inputs)
    }

    pub(crate) const fn of(unsigned: Vec<u8>, ends: Vec<usize>, inputs: Vec<SignedInput>) -> Self {
        Self { unsigned, ends, inputs }
    }

    /// Returns which inputs were signed.
    pub fn inputs(&self) -> impl Iterator<Item = usize> {
        self.inputs.iter().map(|signed| signed.input)
    }

    /// Writes the PSBT in base64.
    pub fn to_base64(&self, form: PsbtForm) -> String {
        STANDARD.encode(self.to_bytes(form))
    }

    /// Writes the PSBT in bytes.
    pub fn to_bytes(&self, form: PsbtForm) -> Vec<u8> {
        let room = self.inputs.len().saturating_mul(160);
        let mut bytes = Vec::with_capacity(self.unsigned.len().saturating_add(room));
        let mut from = 0;
        for signed in &self.inputs {
            let Some(end) = self.ends.get(signed.input) else { continue };
            bytes.extend_from_slice(self.unsigned.get(from..*end).unwrap_or_default());
            signed.write(form, &mut bytes);
            from = *end;
        }
        bytes.extend_from_slice(self.unsigned.get(from..).unwrap_or_default());
        bytes
    }
}

impl SignedInput {
    /// Puts the signature into the input of a transaction.
    pub(crate) fn complete(&self, input: &mut TxIn) {
        let key = self.key.serialize();
        input.witness = match self.kind {
            CoinKind::P2tr(_) => Witness::from_slice(&[&self.signature]),
            CoinKind::P2wpkh | CoinKind::P2shP2wpkh => {
                Witness::from_slice(&[self.signature.as_slice(), &key])
            }
        };
        if self.kind == CoinKind::P2shP2wpkh {
            input.script_sig = nested_script_sig(self.key);
        }
    }

    fn write(&self, form: PsbtForm, bytes: &mut Vec<u8>) {
        let key = self.key.serialize();
        let taproot = matches!(self.kind, CoinKind::P2tr(_));
        match (form, taproot) {
            (PsbtForm::Signatures, true) => {
                write_field(bytes, input::TAP_KEY_SIG, &[], &self.signature);
            }
            (PsbtForm::Signatures, false) => {
                write_field(bytes, input::PARTIAL_SIG, &key, &self.signature);
            }
            (PsbtForm::Finalised, true) => {
                write_field(bytes, input::FINAL_WITNESS, &[], &witness(&[&self.signature]));
            }
            (PsbtForm::Finalised, false) => {
                if self.kind == CoinKind::P2shP2wpkh {
                    let script = nested_script_sig(self.key);
                    write_field(bytes, input::FINAL_SCRIPT_SIG, &[], script.as_bytes());
                }
                let witness = witness(&[&self.signature, &key]);
                write_field(bytes, input::FINAL_WITNESS, &[], &witness);
            }
        }
    }
}

/// Writes the elements of a witness as they stand in a transaction.
fn witness(elements: &[&[u8]]) -> Vec<u8> {
    let mut bytes = compact(elements.len());
    for element in elements {
        write_sized(&mut bytes, element);
    }
    bytes
}

fn write_field(bytes: &mut Vec<u8>, kind: u64, key: &[u8], value: &[u8]) {
    let mut whole = serialize(&VarInt(kind));
    whole.extend_from_slice(key);
    write_sized(bytes, &whole);
    write_sized(bytes, value);
}

fn write_sized(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend(compact(part.len()));
    bytes.extend_from_slice(part);
}

fn compact(size: usize) -> Vec<u8> {
    serialize(&VarInt::from(size))
}

impl fmt::Debug for SignedPsbt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SignedPsbt({} inputs signed)", self.inputs.len())
    }
}
