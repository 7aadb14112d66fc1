use countersign_approval::{Code, Violation};

use super::canonical::{self, Projection};
use super::keys::{QuoteKeys, read_base58};
use super::sent::Sent;

/// The longest a 32-byte hash can be in base58.
const HASH_TEXT: usize = 44;

/// Whose signature a quote carries, and over what.
#[derive(Debug)]
pub(crate) struct Proof {
    pub(crate) key: [u8; 32],
    pub(crate) digest: [u8; 32],
    pub(crate) projection: Projection,
}

/// Verifies the signature of a quote, over one of the given projections.
pub(crate) fn prove(
    sent: &Sent<'_>,
    waiting: &str,
    projections: &[Projection],
    keys: &QuoteKeys,
) -> Result<Proof, Violation> {
    let refuse = |found: &dyn std::fmt::Display| {
        let expected = format_args!("one by {} over the quote", keys.describe());
        Violation::new(Code::QuoteSignature, "signature", expected, found)
    };
    let text = sent.signature.ok_or_else(|| refuse(&"nothing"))?;
    let signature = read_base58(text).ok_or_else(|| refuse(&text))?;
    for projection in projections.iter().copied() {
        let digest = canonical::digest(sent, waiting, projection);
        let mut message = [0; HASH_TEXT];
        let length = bs58::encode(digest).onto(&mut message[..]).unwrap_or_default();
        let message = message.get(..length).unwrap_or_default();
        if let Some(key) = keys.signer_of(message, &signature) {
            return Ok(Proof { key: key.to_bytes(), digest, projection });
        }
    }
    Err(refuse(&text))
}
