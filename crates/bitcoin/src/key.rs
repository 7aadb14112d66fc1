use crate::{Refund, VerifiedPayment, VerifiedPsbt};

/// Which key a backend is to open: a public key of ours, what is done to it before it signs, and
/// what it signs for. Only this crate makes one, when it signs.
#[derive(Clone, Copy, Debug)]
pub struct KeyRequest<'a> {
    public_key: [u8; 33],
    tweak: KeyTweak,
    evidence: CoinEvidence<'a>,
}

/// What coins of ours are spent by, once it was verified.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a key that opens for less than all must know all")]
pub enum CoinEvidence<'a> {
    /// A PSBT that funds a hash time-locked output.
    Psbt(&'a VerifiedPsbt),
    /// A payment of our own.
    Payment(&'a VerifiedPayment),
    /// An output that is taken back.
    Refund(&'a Refund),
}

/// What is done to a key before it signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a backend must know all of them")]
pub enum KeyTweak {
    /// Nothing.
    None,
    /// The tweak of a taproot output without scripts, as
    /// [BIP-86](https://github.com/bitcoin/bips/blob/master/bip-0086.mediawiki) has it.
    Bip86,
}

impl<'a> KeyRequest<'a> {
    pub(crate) const fn new(
        public_key: [u8; 33],
        tweak: KeyTweak,
        evidence: CoinEvidence<'a>,
    ) -> Self {
        Self { public_key, tweak, evidence }
    }

    /// Returns the public key before it is tweaked, compressed.
    pub const fn public_key(&self) -> &[u8; 33] {
        &self.public_key
    }

    /// Returns what is done to the key before it signs.
    pub const fn tweak(&self) -> KeyTweak {
        self.tweak
    }

    /// Returns the evidence, for a backend that verifies by itself or shows a person what it signs.
    pub const fn evidence(&self) -> CoinEvidence<'a> {
        self.evidence
    }
}
