/// Which key a backend is to open: a public key of ours, and what is done to it before it signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyRequest {
    public_key: [u8; 33],
    tweak: KeyTweak,
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

impl KeyRequest {
    pub(crate) const fn new(public_key: [u8; 33], tweak: KeyTweak) -> Self {
        Self { public_key, tweak }
    }

    /// Returns the public key before it is tweaked, compressed.
    pub const fn public_key(&self) -> &[u8; 33] {
        &self.public_key
    }

    /// Returns what is done to the key before it signs.
    pub const fn tweak(&self) -> KeyTweak {
        self.tweak
    }
}
