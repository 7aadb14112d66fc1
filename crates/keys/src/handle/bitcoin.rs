use async_trait::async_trait;
use bitcoin::secp256k1::PublicKey as Point;
use countersign_bitcoin::{
    CoinEvidence, CoinKey, CoinSigner, InputSighash, KeyRequest, KeyTweak, Refund, SignerError,
};

use super::{Key, KeyError};
use crate::address::{CoinForm, CoinScript};
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

    /// Says whether a script locks coins to this key.
    fn locks(&self, script: &[u8]) -> bool {
        let Ok(point) = Point::from_slice(&self.public_key) else { return false };
        let forms = [CoinForm::P2wpkh, CoinForm::P2shP2wpkh, CoinForm::P2tr];
        let script = CoinScript::read(script);
        forms.into_iter().any(|form| script == Some(CoinScript::of(form, &point)))
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
        if let CoinEvidence::Refund(refund) = request.evidence() {
            require_own_refund(refund, self.locks(refund.recipe().refund_script()))?;
        }
        self.clone().open_for(request)
    }
}

/// Opens any key that is in the keyring: a payment may spend coins of many.
#[async_trait]
impl CoinSigner for Keyring {
    async fn open(&self, request: &KeyRequest<'_>) -> Result<Box<dyn CoinKey>, SignerError> {
        let key = self.bitcoin_key(request.public_key()).ok_or_else(|| no_key(request))?;
        if let CoinEvidence::Refund(refund) = request.evidence() {
            require_own_refund(refund, self.takes_back(refund, key.key()))?;
        }
        key.open_for(request)
    }
}

impl Keyring {
    /// Says whether a refund by a key pays to a key of this keyring, for value of the same kind.
    ///
    /// A recipe comes back from storage, and has no terms that would say whose its script is.
    pub(crate) fn takes_back(&self, refund: &Refund, by: &Key) -> bool {
        let to = self.bitcoin(refund.recipe().refund_script());
        to.is_some_and(|to| to.key().scope().environment == by.scope().environment)
    }
}

fn require_own_refund(refund: &Refund, is_own: bool) -> Result<(), SignerError> {
    if is_own {
        return Ok(());
    }
    let found = hex::encode(refund.recipe().refund_script());
    let reason = format!("expected a refund to a script of a key at hand, found {found}");
    Err(SignerError::Declined(reason))
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
