use std::fmt;
use std::time::{Duration, Instant};

use bitcoin::key::TapTweak;
use bitcoin::secp256k1::{Message as Digest, PublicKey as Point, XOnlyPublicKey, ecdsa, schnorr};
use ed25519_dalek::{Signature, VerifyingKey};

use super::{Key, KeyError};
use crate::address;
use crate::challenge::Challenge;
use crate::secp::secp;
use crate::source::{EcdsaSignature, Message, Prehash, SchnorrTweak};
use crate::{ChainKind, KeyEvidence, PublicKey, SourceError};

/// What came of the test of a key: a fixed challenge was signed, and the signature verified.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct KeyTest {
    /// The key.
    pub key: Key,
    /// How it was asked to sign.
    pub scheme: TestedScheme,
    /// How long the source took.
    pub latency: Duration,
    /// Whether the signature is one of the key.
    pub outcome: Result<(), TestError>,
}

/// A scheme by which keys sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TestedScheme {
    /// ECDSA over secp256k1.
    Ecdsa,
    /// BIP-340, by the key tweaked as BIP-86 has it.
    Schnorr,
    /// `EdDSA` over Ed25519.
    Ed25519,
}

/// Why a key did not pass.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TestError {
    /// It did not sign.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// What it returned is no signature of the public key, or not in the form that chains take.
    #[error("expected a signature of {expected}, found another")]
    Signature {
        /// The public key, in hex.
        expected: String,
    },
}

impl KeyTest {
    /// Says whether the source can't sign by this scheme at all: a token and a KMS have no BIP-340, and
    /// their keys sign for Bitcoin without it all the same.
    pub const fn is_unsupported(&self) -> bool {
        matches!(
            self.outcome,
            Err(TestError::Key(KeyError::Source(SourceError::Unsupported { .. })))
        )
    }
}

impl fmt::Display for TestedScheme {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Ecdsa => "ecdsa",
            Self::Schnorr => "schnorr",
            Self::Ed25519 => "ed25519",
        })
    }
}

impl Key {
    /// Signs the fixed challenge by each scheme that the key's chains use, and verifies that.
    pub async fn test(&self) -> Vec<KeyTest> {
        let mut tests = Vec::new();
        for scheme in self.schemes() {
            let start = Instant::now();
            let outcome = self.try_scheme(*scheme).await;
            let (key, latency) = (self.clone(), start.elapsed());
            tests.push(KeyTest { key, scheme: *scheme, latency, outcome });
        }
        tests
    }

    fn schemes(&self) -> &'static [TestedScheme] {
        match self.public_key() {
            PublicKey::Ed25519(_) => &[TestedScheme::Ed25519],
            PublicKey::Secp256k1(_) if self.scope().covers(ChainKind::Bitcoin) => {
                &[TestedScheme::Ecdsa, TestedScheme::Schnorr]
            }
            PublicKey::Secp256k1(_) => &[TestedScheme::Ecdsa],
        }
    }

    async fn try_scheme(&self, scheme: TestedScheme) -> Result<(), TestError> {
        let challenge = Challenge::new();
        let evidence = KeyEvidence::Challenge(&challenge);
        let digest = Prehash::new(challenge.digest());
        let passed = match scheme {
            TestedScheme::Ecdsa => {
                let signature = self.ecdsa(evidence, digest).await?;
                self.is_ecdsa(&challenge, &signature)
            }
            TestedScheme::Schnorr => {
                let brief = self.brief(&evidence)?;
                let signed = self.schnorr_for(&brief, SchnorrTweak::Bip86, digest).await?;
                self.is_schnorr(&challenge, &signed)
            }
            TestedScheme::Ed25519 => {
                let signed = self.ed25519(evidence, Message::new(challenge.message())).await?;
                self.is_ed25519(&challenge, &signed)
            }
        };
        let expected = || self.public_key().to_string();
        passed.then_some(()).ok_or_else(|| TestError::Signature { expected: expected() })
    }

    /// The lower `s`, of this key over the challenge, with the right parity.
    fn is_ecdsa(&self, challenge: &Challenge, signature: &EcdsaSignature) -> bool {
        let digest = Digest::from_digest(*challenge.digest());
        let Ok(point) = Point::from_slice(self.public_key().as_bytes()) else { return false };
        let Ok(plain) = ecdsa::Signature::from_compact(&signature.compact) else { return false };
        // Verification by libsecp256k1 takes the lower `s` alone.
        secp().verify_ecdsa(&digest, &plain, &point).is_ok()
            && address::recover(challenge.digest(), signature) == Some(point)
    }

    fn is_schnorr(&self, challenge: &Challenge, signature: &[u8; 64]) -> bool {
        let digest = Digest::from_digest(*challenge.digest());
        let Ok(point) = Point::from_slice(self.public_key().as_bytes()) else { return false };
        let Ok(signature) = schnorr::Signature::from_slice(signature) else { return false };
        let (tweaked, _) = XOnlyPublicKey::from(point).tap_tweak(secp(), None);
        secp().verify_schnorr(&signature, &digest, &tweaked.to_x_only_public_key()).is_ok()
    }

    fn is_ed25519(&self, challenge: &Challenge, signature: &[u8; 64]) -> bool {
        let bytes = self.public_key().as_bytes().try_into();
        let Some(key) = bytes.ok().and_then(|bytes| VerifyingKey::from_bytes(bytes).ok()) else {
            return false;
        };
        key.verify_strict(challenge.message(), &Signature::from_bytes(signature)).is_ok()
    }
}
