use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::{
    AccountKey, Curve, DerivationPath, KeyEvidence, KeyPath, KeyRef, PublicKey, SourceError,
};

/// A source of keys, ready to be put into a keyring.
///
/// Nothing can be signed with it from outside of this crate:
///
/// ```
/// fn show(source: &countersign_keys::KeySource) -> &str {
///     source.name()
/// }
/// ```
/// ```compile_fail,E0624
/// fn show(source: &countersign_keys::KeySource) -> &str {
///     source.source().name()
/// }
/// ```
#[derive(Clone)]
pub struct KeySource {
    source: Arc<dyn Source>,
}

/// What kind of source it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SourceKind {
    /// Keys in memory.
    Memory,
    /// An encrypted file, decrypted into memory.
    Keystore,
    /// A token behind PKCS#11.
    Pkcs11,
    /// A key management service.
    Kms,
    /// A signing service of the custodian's own.
    Remote,
}

/// What signs. Only this crate can implement it, and only this crate can call it: that is what
/// keeps a source from being an oracle.
///
/// The keyring calls a source with a deadline and, except for [`Source::deadline`] being `None`,
/// inside a runtime of tokio. A source does not verify its signatures: the chain crates do, whatever
/// the source.
#[async_trait]
pub(crate) trait Source: Send + Sync + fmt::Debug {
    /// Returns the name, for errors.
    fn name(&self) -> &str;

    /// Says what kind of source it is.
    fn kind(&self) -> SourceKind;

    /// Returns how long a call may take; `None` where it only computes.
    fn deadline(&self) -> Option<Duration>;

    /// Asks for the public half of the key that stands under this name by itself.
    async fn public_key(&self, id: &str, curve: Curve) -> Result<PublicKey, SourceError>;

    /// Says what the public half of a key is, where that takes neither a call nor a secret of the
    /// caller's.
    fn known(&self, _id: &str, _curve: Curve, _path: &KeyPath) -> Option<PublicKey> {
        None
    }

    /// Says what the public half of an account is, where that takes neither a call nor a secret of
    /// the caller's.
    fn account(&self, _id: &str, _path: &DerivationPath) -> Option<AccountKey> {
        None
    }

    /// Writes down what the source wants to know of the evidence beside the digest. It is called
    /// once for all that is signed by one key for one piece of evidence.
    ///
    /// A source that believes the digest wants nothing.
    fn brief(&self, _evidence: &KeyEvidence<'_>) -> Result<Brief, SourceError> {
        Ok(Brief::none())
    }

    /// Signs with ECDSA over secp256k1.
    async fn sign_ecdsa(
        &self,
        key: &KeyRef,
        digest: Prehash<'_>,
        brief: &Brief,
    ) -> Result<EcdsaSignature, SourceError>;

    /// Signs with Schnorr's scheme of BIP-340, by the key itself or by its taproot tweak.
    async fn sign_schnorr(
        &self,
        key: &KeyRef,
        tweak: SchnorrTweak,
        digest: Prehash<'_>,
        brief: &Brief,
    ) -> Result<[u8; 64], SourceError>;

    /// Signs with Ed25519.
    async fn sign_ed25519(
        &self,
        key: &KeyRef,
        message: Message<'_>,
        brief: &Brief,
    ) -> Result<[u8; 64], SourceError>;
}

/// 32 bytes out of evidence, or of the challenge.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prehash<'a> {
    bytes: &'a [u8; 32],
    low_r: bool,
}

/// A message out of evidence, or of the challenge.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message<'a>(&'a [u8]);

/// What a source that verifies by itself is told beside the digest.
#[derive(Clone, Debug)]
pub(crate) struct Brief(Option<Arc<str>>);

/// What is done to a key before it signs by BIP-340.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum SchnorrTweak {
    None,
    /// That of a taproot output without scripts.
    Bip86,
}

/// An ECDSA signature with the lower `s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EcdsaSignature {
    /// `r` and `s`.
    pub(crate) compact: [u8; 64],
    /// Whether the `y` coordinate of the nonce point is odd.
    pub(crate) y_parity: bool,
}

impl KeySource {
    pub(crate) fn new(source: impl Source + 'static) -> Self {
        Self { source: Arc::new(source) }
    }

    /// Returns the source's name.
    pub fn name(&self) -> &str {
        self.source.name()
    }

    /// Says what kind of source it is.
    pub fn kind(&self) -> SourceKind {
        self.source.kind()
    }

    pub(crate) fn source(&self) -> &Arc<dyn Source> {
        &self.source
    }
}

impl fmt::Debug for KeySource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.source, formatter)
    }
}

impl SourceKind {
    /// Returns the name, as it stands in configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Keystore => "keystore",
            Self::Pkcs11 => "pkcs11",
            Self::Kms => "kms",
            Self::Remote => "remote",
        }
    }
}

impl fmt::Display for SourceKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl<'a> Prehash<'a> {
    pub(crate) const fn new(bytes: &'a [u8; 32]) -> Self {
        Self { bytes, low_r: false }
    }

    /// For a chain on which a signature with a small `r` is a byte shorter.
    pub(crate) const fn with_low_r(bytes: &'a [u8; 32]) -> Self {
        Self { bytes, low_r: true }
    }

    pub(crate) const fn as_bytes(self) -> &'a [u8; 32] {
        self.bytes
    }

    /// Says whether a small `r` saves a byte. A source that can't choose its nonces ignores it.
    pub(crate) const fn wants_low_r(self) -> bool {
        self.low_r
    }
}

impl<'a> Message<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn as_bytes(self) -> &'a [u8] {
        self.0
    }
}

impl Brief {
    pub(crate) const fn none() -> Self {
        Self(None)
    }

    /// Holds a document of the source's own form.
    #[cfg_attr(
        not(feature = "remote"),
        expect(dead_code, reason = "remote signers alone want one")
    )]
    pub(crate) fn new(document: impl Into<Arc<str>>) -> Self {
        Self(Some(document.into()))
    }

    #[cfg_attr(
        not(feature = "remote"),
        expect(dead_code, reason = "remote signers alone want one")
    )]
    pub(crate) fn document(&self) -> Option<&str> {
        self.0.as_deref()
    }
}
