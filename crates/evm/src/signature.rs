use std::fmt;

use alloy::primitives::{B256, Signature, U256};
use countersign_units::EvmAddress;

use crate::PermitDigest;

/// A signature as a key backend returned it. Nothing about it has been checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "an ECDSA signature is r, s and a parity")]
pub struct UncheckedSignature {
    /// The `r` scalar, big endian.
    pub r: [u8; 32],
    /// The `s` scalar, big endian; the lower one of the two.
    pub s: [u8; 32],
    /// Whether the `y` coordinate of the nonce point is odd.
    pub y_parity: bool,
}

/// A permit's signature that recovers to the owner over the verified digest: `r`, `s` and `v`.
///
/// `Display` writes what the APIs take as `signed_data`: `0x` and 130 hex digits, `v` 27 or 28.
#[derive(Clone, Copy, PartialEq, Eq)]
#[must_use = "a signature that is dropped has still been made"]
pub struct SignedPermit([u8; 65]);

/// Why a signature that a backend returned is not let out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// `s` is in the upper half of the curve's order, so the signature is malleable.
    #[error("expected s in the lower half of the order, found the upper one")]
    HighS,
    /// The scalars are out of range or recover to no key.
    #[error("expected a signature that recovers to {expected}, found one that recovers to no key")]
    Unrecoverable {
        /// The owner.
        expected: EvmAddress,
    },
    /// Another key signed, or another digest was signed.
    #[error("expected a signature that recovers to {expected}, found {found}")]
    OtherSigner {
        /// The owner.
        expected: EvmAddress,
        /// Whom it recovers to.
        found: EvmAddress,
    },
}

impl SignedPermit {
    /// Recovers the signer over the digest, and lets the signature out if it is the owner.
    pub(crate) fn check(
        unchecked: UncheckedSignature,
        digest: &PermitDigest,
        owner: EvmAddress,
    ) -> Result<Self, SignatureError> {
        let UncheckedSignature { r, s, y_parity } = unchecked;
        let signature = Signature::new(U256::from_be_bytes(r), U256::from_be_bytes(s), y_parity);
        if signature.normalize_s().is_some() {
            return Err(SignatureError::HighS);
        }
        let found = signature
            .recover_address_from_prehash(&B256::from(*digest.as_bytes()))
            .map_err(|_| SignatureError::Unrecoverable { expected: owner })?;
        let found = EvmAddress::new(found.0.0);
        if found != owner {
            return Err(SignatureError::OtherSigner { expected: owner, found });
        }
        Ok(Self(signature.as_bytes()))
    }

    /// Returns the 65 bytes: `r`, `s`, and `v` as 27 or 28.
    pub const fn as_bytes(&self) -> &[u8; 65] {
        &self.0
    }
}

impl fmt::Display for SignedPermit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "0x{}", hex::encode(self.0))
    }
}

impl fmt::Debug for SignedPermit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SignedPermit(..)")
    }
}
