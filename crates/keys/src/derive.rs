//! Keys out of seeds: [BIP-32], by the paths of [BIP-44], [BIP-84] and [BIP-86], for secp256k1;
//! [SLIP-10] for Ed25519.
//!
//! [BIP-32]: https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki
//! [BIP-44]: https://github.com/bitcoin/bips/blob/master/bip-0044.mediawiki
//! [BIP-84]: https://github.com/bitcoin/bips/blob/master/bip-0084.mediawiki
//! [BIP-86]: https://github.com/bitcoin/bips/blob/master/bip-0086.mediawiki
//! [SLIP-10]: https://github.com/satoshilabs/slips/blob/master/slip-0010.md

mod node;
mod path;
mod xpub;

pub(crate) use node::Node;
pub use path::{DerivationPath, ParsePathError};
pub use xpub::{AccountKey, ParseAccountKeyError};

/// A seed makes no key here, which happens once in 2^127 times: another path has to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeriveError {
    /// The path has a step that is not hardened.
    #[error("expected hardened steps alone, as Ed25519 has no others")]
    NotHardened,
    /// There is no key at that place.
    #[error("there is no key at this place of the seed")]
    NoKey,
    /// The seed is too short or too long.
    #[error("expected a seed of 16 to 64 bytes")]
    Seed,
}

#[cfg(test)]
mod tests;
