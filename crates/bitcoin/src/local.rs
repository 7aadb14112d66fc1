use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bitcoin::key::{Keypair, TapTweak};
use bitcoin::secp256k1::{Message, SecretKey};
use rand::TryRngCore;
use rand::rngs::OsRng;
use zeroize::Zeroizing;

use crate::secp::secp;
use crate::{CoinKey, CoinSigner, InputSighash, KeyRequest, KeyTweak, SignerError};

/// A key in memory, signing with libsecp256k1: for tests, the sandbox, and small sums.
///
/// The key is erased when this is dropped, is never shown, and can't be taken out again.
pub struct LocalCoinSigner {
    plain: Arc<Erased>,
    /// The key of our taproot coins: what the tweak costs is paid once.
    tweaked: Arc<Erased>,
}

/// A key that is erased when it is dropped, in a place that it is never moved from.
struct Erased(Keypair);

/// A text is no private key. It does not say what the text was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a secp256k1 private key of 64 hex digits")]
pub struct ParseKeyError;

impl LocalCoinSigner {
    /// Reads a private key of 64 hex digits, with or without `0x`.
    ///
    /// # Errors
    ///
    /// Returns [`ParseKeyError`] if the text is not hex, or not in the range of a key.
    pub fn from_hex(key: &str) -> Result<Self, ParseKeyError> {
        let mut bytes = Zeroizing::new([0; 32]);
        let digits = key.strip_prefix("0x").unwrap_or(key);
        hex::decode_to_slice(digits, bytes.as_mut_slice()).map_err(|_| ParseKeyError)?;
        let mut key = SecretKey::from_slice(bytes.as_slice()).map_err(|_| ParseKeyError)?;
        let plain = Arc::new(Erased(Keypair::from_secret_key(secp(), &key)));
        key.non_secure_erase();
        let tweaked = Arc::new(Erased(plain.0.tap_tweak(secp(), None).to_keypair()));
        Ok(Self { plain, tweaked })
    }

    /// Returns the public key, compressed.
    pub fn public_key(&self) -> [u8; 33] {
        self.plain.0.public_key().serialize()
    }

    pub(crate) fn open_for(&self, tweak: KeyTweak, sighashes: Vec<InputSighash>) -> LocalCoinKey {
        let pair = match tweak {
            KeyTweak::None => &self.plain,
            KeyTweak::Bip86 => &self.tweaked,
        };
        LocalCoinKey { pair: Arc::clone(pair), sighashes }
    }
}

#[async_trait]
impl CoinSigner for LocalCoinSigner {
    async fn open(&self, request: &KeyRequest<'_>) -> Result<Box<dyn CoinKey>, SignerError> {
        if *request.public_key() != self.public_key() {
            return Err(SignerError::NoKey { public_key: hex::encode(request.public_key()) });
        }
        Ok(Box::new(self.open_for(request.tweak(), request.sighashes())))
    }
}

impl Drop for Erased {
    fn drop(&mut self) {
        self.0.non_secure_erase();
    }
}

impl fmt::Debug for LocalCoinSigner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "LocalCoinSigner({})", self.plain.0.public_key())
    }
}

/// A key that was opened, for what it was opened for alone.
pub(crate) struct LocalCoinKey {
    pair: Arc<Erased>,
    sighashes: Vec<InputSighash>,
}

impl LocalCoinKey {
    fn require_own(&self, sighash: &InputSighash) -> Result<(), SignerError> {
        if self.sighashes.contains(sighash) {
            return Ok(());
        }
        Err(SignerError::Declined("the key was opened for other inputs".to_owned()))
    }
}

#[async_trait]
impl CoinKey for LocalCoinKey {
    /// Signs with the nonce of RFC 6979, tried anew until `r` is small, as Bitcoin Core does it.
    async fn sign_ecdsa(&self, sighash: &InputSighash) -> Result<[u8; 64], SignerError> {
        self.require_own(sighash)?;
        let message = Message::from_digest(*sighash.as_bytes());
        let mut key = self.pair.0.secret_key();
        let signature = secp().sign_ecdsa_low_r(&message, &key).serialize_compact();
        key.non_secure_erase();
        Ok(signature)
    }

    async fn sign_schnorr(&self, sighash: &InputSighash) -> Result<[u8; 64], SignerError> {
        self.require_own(sighash)?;
        let mut auxiliary = Zeroizing::new([0; 32]);
        OsRng
            .try_fill_bytes(auxiliary.as_mut_slice())
            .map_err(|error| SignerError::Unavailable(format!("random bytes: {error}")))?;
        let message = Message::from_digest(*sighash.as_bytes());
        let signature = secp().sign_schnorr_with_aux_rand(&message, &self.pair.0, &auxiliary);
        Ok(signature.serialize())
    }
}
