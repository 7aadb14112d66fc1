use std::fmt;

use async_trait::async_trait;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use countersign_units::SolanaAddress;
use zeroize::Zeroizing;

use crate::{CosignRequest, CosignSigner, SignerError};

/// A key in memory, signing with AWS-LC: for tests, the sandbox, and small sums.
///
/// The key is erased when this is dropped, is never shown, and can't be taken out again.
pub struct LocalCosignSigner {
    key: Ed25519KeyPair,
    address: SolanaAddress,
}

/// A text is no private key. It does not say what the text was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseKeyError {
    /// It is not 32 bytes in hex.
    #[error("expected an Ed25519 seed of 64 hex digits")]
    Seed,
    /// It is not 64 bytes in base58.
    #[error("expected an Ed25519 key pair of 64 bytes in base58")]
    Base58,
    /// It is not a list of 64 bytes.
    #[error("expected an Ed25519 key pair as a JSON list of 64 bytes")]
    Json,
    /// Its public half is not that of its private half.
    #[error("expected a key pair, found two halves that do not belong together")]
    OtherHalf,
}

impl LocalCosignSigner {
    /// Reads a seed of 64 hex digits, with or without `0x`.
    ///
    /// # Errors
    ///
    /// Returns [`ParseKeyError::Seed`] if the text is not that.
    pub fn from_seed_hex(seed: &str) -> Result<Self, ParseKeyError> {
        let mut bytes = Zeroizing::new([0; 32]);
        let digits = seed.strip_prefix("0x").unwrap_or(seed);
        hex::decode_to_slice(digits, bytes.as_mut_slice()).map_err(|_| ParseKeyError::Seed)?;
        let key = Ed25519KeyPair::from_seed_unchecked(bytes.as_slice());
        Self::new(key.map_err(|_| ParseKeyError::Seed)?)
    }

    /// Reads a key pair of 64 bytes in base58, as wallets export it.
    ///
    /// # Errors
    ///
    /// Returns [`ParseKeyError::Base58`] if the text is not that, and [`ParseKeyError::OtherHalf`]
    /// if the public half is another key's.
    pub fn from_base58(pair: &str) -> Result<Self, ParseKeyError> {
        let mut bytes = Zeroizing::new([0; 64]);
        match bs58::decode(pair).onto(bytes.as_mut_slice()) {
            Ok(64) => Self::from_pair(&bytes),
            _ => Err(ParseKeyError::Base58),
        }
    }

    /// Reads the content of a key file as the Solana command line writes it: a JSON list of 64
    /// bytes.
    ///
    /// # Errors
    ///
    /// Returns [`ParseKeyError::Json`] if the text is not that, and [`ParseKeyError::OtherHalf`]
    /// if the public half is another key's.
    pub fn from_keypair_json(json: &[u8]) -> Result<Self, ParseKeyError> {
        Self::from_pair(&*read_list(json).ok_or(ParseKeyError::Json)?)
    }

    fn from_pair(pair: &[u8; 64]) -> Result<Self, ParseKeyError> {
        let (seed, public) = pair.split_at(32);
        let key = Ed25519KeyPair::from_seed_and_public_key(seed, public);
        Self::new(key.map_err(|_| ParseKeyError::OtherHalf)?)
    }

    fn new(key: Ed25519KeyPair) -> Result<Self, ParseKeyError> {
        let public = key.public_key().as_ref().try_into();
        let address = SolanaAddress::new(public.map_err(|_| ParseKeyError::OtherHalf)?);
        Ok(Self { key, address })
    }

    pub(crate) fn sign_bytes(&self, bytes: &[u8]) -> Result<[u8; 64], SignerError> {
        let signature = self.key.try_sign(bytes).ok();
        signature
            .and_then(|signature| signature.as_ref().try_into().ok())
            .ok_or_else(|| SignerError::Unavailable("the key did not sign".to_owned()))
    }

    /// Returns the key's address, which is its public half.
    pub const fn address(&self) -> SolanaAddress {
        self.address
    }
}

/// Reads a list of 64 numbers straight into a place that is erased, so that no copy is left behind.
fn read_list(json: &[u8]) -> Option<Zeroizing<[u8; 64]>> {
    let text = std::str::from_utf8(json).ok()?.trim();
    let mut numbers = text.strip_prefix('[')?.strip_suffix(']')?.split(',').map(str::trim);
    let mut bytes = Zeroizing::new([0; 64]);
    for byte in bytes.iter_mut() {
        let number = numbers.next().filter(|number| !number.starts_with('+'))?;
        *byte = number.parse().ok()?;
    }
    numbers.next().is_none().then_some(bytes)
}

#[async_trait]
impl CosignSigner for LocalCosignSigner {
    async fn sign_message(&self, request: &CosignRequest<'_>) -> Result<[u8; 64], SignerError> {
        let user = request.user();
        if user != self.address {
            return Err(SignerError::NoKey { address: user });
        }
        self.sign_bytes(request.message().as_bytes())
    }
}

impl fmt::Debug for LocalCosignSigner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "LocalCosignSigner({})", self.address)
    }
}
