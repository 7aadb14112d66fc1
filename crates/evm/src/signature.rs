use std::fmt;

use countersign_units::EvmAddress;
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
use secp256k1::{Message, SECP256K1};

use crate::PermitDigest;
use crate::local::address_of;

/// Half the order of secp256k1, the largest `s` that is taken (EIP-2).
const HALF_ORDER: [u8; 32] = [
    0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
];

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

impl UncheckedSignature {
    /// Takes `r` and `s` one after another, and the parity.
    pub fn from_compact(compact: &[u8; 64], y_parity: bool) -> Self {
        let (halves, _) = compact.as_chunks::<32>();
        let half = |place: usize| halves.get(place).copied().unwrap_or_default();
        Self { r: half(0), s: half(1), y_parity }
    }

    fn to_compact(self) -> [u8; 64] {
        let mut compact = [0; 64];
        let (halves, _) = compact.as_chunks_mut::<32>();
        halves.iter_mut().zip([self.r, self.s]).for_each(|(half, scalar)| *half = scalar);
        compact
    }

    /// Appends `v`, as EVM contracts take it.
    pub(crate) fn with_v(self) -> [u8; 65] {
        let v = if self.y_parity { 28 } else { 27 };
        let mut bytes = [v; 65];
        if let Some(scalars) = bytes.first_chunk_mut() {
            *scalars = self.to_compact();
        }
        bytes
    }

    /// Recovers the signer over a digest, and passes if it is the owner.
    pub(crate) fn check(self, digest: &[u8; 32], owner: EvmAddress) -> Result<(), SignatureError> {
        if self.s > HALF_ORDER {
            return Err(SignatureError::HighS);
        }
        let found =
            self.recover(digest).map_err(|_| SignatureError::Unrecoverable { expected: owner })?;
        if found != owner {
            return Err(SignatureError::OtherSigner { expected: owner, found });
        }
        Ok(())
    }

    fn recover(self, digest: &[u8; 32]) -> Result<EvmAddress, secp256k1::Error> {
        let parity = if self.y_parity { RecoveryId::One } else { RecoveryId::Zero };
        let signature = RecoverableSignature::from_compact(&self.to_compact(), parity)?;
        let message = Message::from_digest(*digest);
        Ok(address_of(&SECP256K1.recover_ecdsa(&message, &signature)?))
    }
}

impl SignedPermit {
    /// Recovers the signer over the digest, and lets the signature out if it is the owner.
    pub(crate) fn check(
        unchecked: UncheckedSignature,
        digest: &PermitDigest,
        owner: EvmAddress,
    ) -> Result<Self, SignatureError> {
        unchecked.check(digest.as_bytes(), owner)?;
        Ok(Self(unchecked.with_v()))
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
