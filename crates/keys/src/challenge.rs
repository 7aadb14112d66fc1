use bitcoin::hashes::{Hash, HashEngine, sha256};

/// What `0xff` and this text begin is no message of a chain: no transaction of Solana has that
/// version, and it is no UTF-8, so it is no intent either.
const PURPOSE: &[u8] = b"\xffcountersign key test, worth nothing, version 1";

/// What a key signs to show that it works.
///
/// It is fixed and set apart from everything that has a meaning on a chain: the digest is a tagged
/// hash of a tag of our own, and the message can be no message of Solana or NEAR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    digest: [u8; 32],
}

impl Challenge {
    /// Makes the challenge.
    pub(crate) fn new() -> Self {
        let tag = sha256::Hash::hash(b"countersign/key-test");
        let mut engine = sha256::Hash::engine();
        engine.input(tag.as_byte_array());
        engine.input(tag.as_byte_array());
        engine.input(PURPOSE);
        Self { digest: sha256::Hash::from_engine(engine).to_byte_array() }
    }

    /// Returns what a key of secp256k1 signs.
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Returns what a key of Ed25519 signs.
    pub const fn message(&self) -> &'static [u8] {
        PURPOSE
    }
}
