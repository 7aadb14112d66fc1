use async_trait::async_trait;
use countersign_bitcoin::{CoinKey, CoinSigner, InputSighash, KeyRequest, KeyTweak, SignerError};

use super::{Key, KeyError};
use crate::error::Failure;
use crate::source::{Brief, Prehash, SchnorrTweak};
use crate::{Keyring, PublicKey};

/// A key of coins on Bitcoin.
#[derive(Clone, Debug)]
pub struct BitcoinKey {
    key: Key,
    public_key: [u8; 33],
}

impl BitcoinKey {
    /// Takes a key of secp256k1; nothing of another curve.
    pub fn new(key: Key) -> Option<Self> {
        match *key.public_key() {
            PublicKey::Secp256k1(public_key) => Some(Self { key, public_key }),
            PublicKey::Ed25519(_) => None,
        }
    }

    /// Returns the public key, compressed.
    pub const fn public_key(&self) -> &[u8; 33] {
        &self.public_key
    }

    /// Returns the key.
    pub const fn key(&self) -> &Key {
        &self.key
    }

    /// Opens the key for what is to be signed, if it may sign for that.
    fn open_for(self, request: &KeyRequest<'_>) -> Result<Box<dyn CoinKey>, SignerError> {
        let brief = self.key.brief(&request.evidence().into()).map_err(failed)?;
        let tweak = match request.tweak() {
            KeyTweak::None => SchnorrTweak::None,
            KeyTweak::Bip86 => SchnorrTweak::Bip86,
        };
        let sighashes = request.sighashes();
        Ok(Box::new(OpenKey { key: self.key, tweak, brief, sighashes }))
    }
}

#[async_trait]
impl CoinSigner for BitcoinKey {
    async fn open(&self, request: &KeyRequest<'_>) -> Result<Box<dyn CoinKey>, SignerError> {
        if *request.public_key() != self.public_key {
            return Err(no_key(request));
        }
        self.clone().open_for(request)
    }
}

/// Opens any key that is in the keyring: a payment may spend coins of many.
#[async_trait]
impl CoinSigner for Keyring {
    async fn open(&self, request: &KeyRequest<'_>) -> Result<Box<dyn CoinKey>, SignerError> {
        let key = self.bitcoin_key(request.public_key()).ok_or_else(|| no_key(request))?;
        key.open_for(request)
    }
}

/// A key that was opened for one piece of evidence. It signs that, however long it is kept.
struct OpenKey {
    key: Key,
    tweak: SchnorrTweak,
    brief: Brief,
    sighashes: Vec<InputSighash>,
}

impl OpenKey {
    fn require_own(&self, sighash: &InputSighash) -> Result<(), SignerError> {
        if self.sighashes.contains(sighash) {
            return Ok(());
        }
        Err(SignerError::Declined("the key was opened for other inputs".to_owned()))
    }
}

#[async_trait]
impl CoinKey for OpenKey {
    async fn sign_ecdsa(&self, sighash: &InputSighash) -> Result<[u8; 64], SignerError> {
        self.require_own(sighash)?;
        let digest = Prehash::with_low_r(sighash.as_bytes());
        let signed = self.key.ecdsa_for(&self.brief, digest).await;
        signed.map(|signature| signature.compact).map_err(failed)
    }

    async fn sign_schnorr(&self, sighash: &InputSighash) -> Result<[u8; 64], SignerError> {
        self.require_own(sighash)?;
        let digest = Prehash::new(sighash.as_bytes());
        self.key.schnorr_for(&self.brief, self.tweak, digest).await.map_err(failed)
    }
}

fn no_key(request: &KeyRequest<'_>) -> SignerError {
    SignerError::NoKey { public_key: hex::encode(request.public_key()) }
}

fn failed(error: KeyError) -> SignerError {
    match error.into() {
        Failure::Declined(reason) => SignerError::Declined(reason),
        Failure::Unavailable(reason) => SignerError::Unavailable(reason),
    }
}
