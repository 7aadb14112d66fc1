use std::fmt;
use std::str::FromStr;

use bitcoin::bip32::{ChainCode, ChildNumber, Fingerprint, Xpub};
use bitcoin::secp256k1::{PublicKey as Point, Scalar};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{DerivationPath, DeriveError, Node};
use crate::secp::secp;

/// The public half of an account on secp256k1, from which all its addresses follow: an extended
/// public key (`xpub…`, `tpub…`), which holds no secret.
///
/// Whoever has it and the private key of any one address has the private keys of all.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AccountKey(Xpub);

/// A text is no extended public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an extended public key: xpub or tpub and base58 with a right checksum")]
pub struct ParseAccountKeyError;

impl AccountKey {
    /// Takes the public half of a node. Of the path only the last step stands in the text.
    pub(crate) fn of_node(
        node: &Node,
        parent: Option<&Node>,
        path: &DerivationPath,
        test_network: bool,
    ) -> Result<Self, DeriveError> {
        let public = |node: &Node| {
            let mut secret = node.secret().ok_or(DeriveError::NoKey)?;
            let public = Point::from_secret_key(secp(), &secret);
            secret.non_secure_erase();
            Ok(public)
        };
        let network =
            if test_network { bitcoin::NetworkKind::Test } else { bitcoin::NetworkKind::Main };
        let of = |node: &Node, depth: u8, parent_fingerprint, child_number| {
            Ok(Xpub {
                network,
                depth,
                parent_fingerprint,
                child_number,
                public_key: public(node)?,
                chain_code: ChainCode::from(node.chain_code),
            })
        };
        let (nobody, first) = (Fingerprint::default(), ChildNumber::Normal { index: 0 });
        let fingerprint = parent.map(|parent| Ok(of(parent, 0, nobody, first)?.fingerprint()));
        let fingerprint = fingerprint.transpose()?.unwrap_or_default();
        let depth = u8::try_from(path.steps().len()).map_err(|_| DeriveError::NoKey)?;
        let last = path.steps().last().copied().unwrap_or(0);
        of(node, depth, fingerprint, ChildNumber::from(last)).map(Self)
    }

    /// Goes one chain on: 0 for addresses that are given out, 1 for change.
    pub(crate) fn chain(&self, chain: u32) -> Result<Self, DeriveError> {
        let child = ChildNumber::from_normal_idx(chain).map_err(|_| DeriveError::NotHardened)?;
        self.0.ckd_pub(secp(), child).map(Self).map_err(|_| DeriveError::NoKey)
    }

    /// Derives a child's public key alone, which costs half of deriving an extended one.
    pub(crate) fn child(&self, index: u32) -> Result<Point, DeriveError> {
        let child = ChildNumber::from_normal_idx(index).map_err(|_| DeriveError::NotHardened)?;
        let (tweak, _) = self.0.ckd_pub_tweak(child).map_err(|_| DeriveError::NoKey)?;
        let child = self.0.public_key.add_exp_tweak(secp(), &Scalar::from(tweak));
        child.map_err(|_| DeriveError::NoKey)
    }

    /// Returns the public key of the account itself, compressed.
    pub fn public_key(&self) -> [u8; 33] {
        self.0.public_key.serialize()
    }

    /// Says whether the same keys follow from both, for whichever network they are written.
    pub(crate) fn is_same_key(&self, other: &Self) -> bool {
        let Xpub { public_key, chain_code, depth, .. } = self.0;
        let other = &other.0;
        (public_key, chain_code, depth) == (other.public_key, other.chain_code, other.depth)
    }

    /// Says whether it is written for a test network (`tpub…`).
    pub fn is_test(&self) -> bool {
        self.0.network == bitcoin::NetworkKind::Test
    }

    /// Returns how many steps it is from the seed.
    pub const fn depth(&self) -> u8 {
        self.0.depth
    }
}

impl FromStr for AccountKey {
    type Err = ParseAccountKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self).map_err(|_| ParseAccountKeyError)
    }
}

impl fmt::Display for AccountKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

impl fmt::Debug for AccountKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Serialize for AccountKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AccountKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
