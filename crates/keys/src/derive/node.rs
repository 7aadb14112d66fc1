use aws_lc_rs::hmac;
use bitcoin::secp256k1::{PublicKey as Point, Scalar, SecretKey};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::DeriveError;
use super::path::HARDENED;
use crate::Curve;
use crate::secp::secp;

/// A private key and a chain code: where a tree of keys goes on from.
///
/// It is erased when it is dropped. The arithmetic of BIP-32 is done here and not by the `bitcoin`
/// crate, whose extended keys leave copies of themselves behind.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct Node {
    pub(crate) key: [u8; 32],
    pub(crate) chain_code: [u8; 32],
}

impl Node {
    /// A node of nothing, to be written over.
    pub(crate) const fn empty() -> Self {
        Self { key: [0; 32], chain_code: [0; 32] }
    }

    /// Makes the first node of a seed.
    pub(crate) fn of_seed(curve: Curve, seed: &[u8]) -> Result<Self, DeriveError> {
        if !(16..=64).contains(&seed.len()) {
            return Err(DeriveError::Seed);
        }
        let label: &[u8] = match curve {
            Curve::Secp256k1 => b"Bitcoin seed",
            Curve::Ed25519 => b"ed25519 seed",
        };
        let mut node = Self::empty();
        hash(label, &[seed], &mut node);
        if curve == Curve::Secp256k1 {
            node.secret().ok_or(DeriveError::NoKey)?.non_secure_erase();
        }
        Ok(node)
    }

    /// Goes on by a path.
    pub(crate) fn derive(mut self, curve: Curve, steps: &[u32]) -> Result<Self, DeriveError> {
        for step in steps {
            self = match curve {
                Curve::Secp256k1 => self.secp256k1_child(*step, None)?,
                Curve::Ed25519 => self.ed25519_child(*step)?,
            };
        }
        Ok(self)
    }

    /// Derives a child on secp256k1. The node's own public key need not be given; it costs more to
    /// compute than all the rest.
    pub(crate) fn secp256k1_child(
        &self,
        step: u32,
        public: Option<&[u8; 33]>,
    ) -> Result<Self, DeriveError> {
        let mut secret = self.secret().ok_or(DeriveError::NoKey)?;
        let mut child = Self::empty();
        let index = step.to_be_bytes();
        if step & HARDENED != 0 {
            hash(&self.chain_code, &[&[0], &self.key, &index], &mut child);
        } else {
            let public = public
                .copied()
                .unwrap_or_else(|| Point::from_secret_key(secp(), &secret).serialize());
            hash(&self.chain_code, &[&public, &index], &mut child);
        }
        let tweak = Zeroizing::new(child.key);
        let sum =
            Scalar::from_be_bytes(*tweak).ok().and_then(|scalar| secret.add_tweak(&scalar).ok());
        secret.non_secure_erase();
        let mut sum = sum.ok_or(DeriveError::NoKey)?;
        child.key.copy_from_slice(sum.as_ref());
        sum.non_secure_erase();
        Ok(child)
    }

    fn ed25519_child(&self, step: u32) -> Result<Self, DeriveError> {
        if step & HARDENED == 0 {
            return Err(DeriveError::NotHardened);
        }
        let mut child = Self::empty();
        hash(&self.chain_code, &[&[0], &self.key, &step.to_be_bytes()], &mut child);
        Ok(child)
    }

    /// Returns the private key on secp256k1, which the caller erases.
    pub(crate) fn secret(&self) -> Option<SecretKey> {
        SecretKey::from_slice(&self.key).ok()
    }
}

/// Writes HMAC-SHA512 of the parts into a node: the key first, then the chain code.
fn hash(key: &[u8], parts: &[&[u8]], into: &mut Node) {
    let mut hasher = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA512, key));
    for part in parts {
        hasher.update(part);
    }
    let tag = hasher.sign();
    let (key, chain_code) = tag.as_ref().split_at(32);
    into.key.copy_from_slice(key);
    into.chain_code.copy_from_slice(chain_code);
}
