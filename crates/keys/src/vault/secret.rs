use bitcoin::key::{Keypair, TapTweak};
use bitcoin::secp256k1::{Message as Digest, SecretKey};
use ed25519_dalek::{Signer as _, SigningKey};
use rand::TryRngCore;
use rand::rngs::OsRng;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::memory_lock::Guarded;
use crate::secp::secp;
use crate::source::{EcdsaSignature, Message, Prehash, SchnorrTweak};

/// A key of secp256k1, with what a taproot tweak costs paid once.
pub(crate) struct SecpSecret {
    pairs: Guarded<Option<Pairs>>,
    public_key: [u8; 33],
}

/// A key, and the one that signs for its taproot coins.
pub(crate) struct Pairs {
    plain: Keypair,
    tweaked: Keypair,
}

/// A key of Ed25519.
pub(crate) struct Ed25519Secret {
    key: Guarded<Option<SigningKey>>,
    public_key: [u8; 32],
}

/// What a tree of keys begins with.
pub(crate) struct Seed {
    bytes: Guarded<Zeroizing<[u8; 64]>>,
    length: usize,
}

impl SecpSecret {
    /// Takes a private key; nothing if the bytes are not in the range of one.
    pub(crate) fn new(bytes: &[u8; 32]) -> Option<Self> {
        let pairs = Guarded::new(None, |place| *place = Self::pairs(bytes));
        let public_key = pairs.get().as_ref()?.plain.public_key().serialize();
        Some(Self { pairs, public_key })
    }

    pub(crate) fn pairs(bytes: &[u8; 32]) -> Option<Pairs> {
        let plain = Keypair::from_seckey_slice(secp(), bytes).ok()?;
        Some(Pairs { plain, tweaked: plain.tap_tweak(secp(), None).to_keypair() })
    }

    pub(crate) const fn public_key(&self) -> [u8; 33] {
        self.public_key
    }

    pub(crate) const fn is_locked(&self) -> bool {
        self.pairs.is_locked()
    }

    /// Copies the private key out, for the one who keeps it in a file.
    pub(crate) fn expose(&self) -> Zeroizing<[u8; 32]> {
        let mut bytes = Zeroizing::new([0; 32]);
        if let Some(pairs) = self.pairs.get() {
            let mut secret = pairs.plain.secret_key();
            bytes.copy_from_slice(secret.as_ref());
            secret.non_secure_erase();
        }
        bytes
    }

    pub(super) fn sign_ecdsa(&self, digest: Prehash<'_>) -> EcdsaSignature {
        match self.pairs.get() {
            Some(pairs) => ecdsa(pairs.plain.secret_key(), digest),
            // Made with both, or not at all.
            None => EcdsaSignature { compact: [0; 64], y_parity: false },
        }
    }

    pub(super) fn sign_schnorr(
        &self,
        tweak: SchnorrTweak,
        digest: Prehash<'_>,
        random: &[u8; 32],
    ) -> [u8; 64] {
        self.pairs.get().as_ref().map_or([0; 64], |pairs| pairs.sign(tweak, digest, random))
    }
}

impl Pairs {
    pub(super) fn sign(
        &self,
        tweak: SchnorrTweak,
        digest: Prehash<'_>,
        random: &[u8; 32],
    ) -> [u8; 64] {
        let pair = match tweak {
            SchnorrTweak::None => &self.plain,
            SchnorrTweak::Bip86 => &self.tweaked,
        };
        let message = Digest::from_digest(*digest.as_bytes());
        secp().sign_schnorr_with_aux_rand(&message, pair, random).serialize()
    }

    pub(super) fn erase(&mut self) {
        self.plain.non_secure_erase();
        self.tweaked.non_secure_erase();
    }
}

impl Drop for Pairs {
    fn drop(&mut self) {
        self.erase();
    }
}

impl ZeroizeOnDrop for Pairs {}

/// Signs with the nonce of RFC 6979 and erases the key; `s` is always the lower one.
///
/// Where a small `r` saves a byte on chain it is tried anew until `r` is small, as Bitcoin Core does
/// it.
pub(super) fn ecdsa(mut key: SecretKey, digest: Prehash<'_>) -> EcdsaSignature {
    let message = Digest::from_digest(*digest.as_bytes());
    if digest.wants_low_r() {
        let compact = secp().sign_ecdsa_low_r(&message, &key).serialize_compact();
        key.non_secure_erase();
        // Nobody reads the parity of a signature that is verified and not recovered.
        return EcdsaSignature { compact, y_parity: false };
    }
    let signature = secp().sign_ecdsa_recoverable(&message, &key);
    key.non_secure_erase();
    let (id, compact) = signature.serialize_compact();
    EcdsaSignature { compact, y_parity: id.to_i32() % 2 == 1 }
}

/// Returns fresh random bytes for a Schnorr signature.
pub(super) fn auxiliary() -> Result<Zeroizing<[u8; 32]>, String> {
    let mut random = Zeroizing::new([0; 32]);
    let filled = OsRng.try_fill_bytes(random.as_mut_slice());
    filled.map(|()| random).map_err(|error| format!("random bytes: {error}"))
}

/// Signs by a seed of Ed25519.
pub(super) fn ed25519(seed: &[u8; 32], message: Message<'_>) -> [u8; 64] {
    SigningKey::from_bytes(seed).sign(message.as_bytes()).to_bytes()
}

impl Ed25519Secret {
    /// Takes the 32 bytes that RFC 8032 calls the private key.
    pub(crate) fn new(seed: &[u8; 32]) -> Self {
        let key = Guarded::new(None, |place| *place = Some(SigningKey::from_bytes(seed)));
        let public_key = key.get().as_ref().map(|key| key.verifying_key().to_bytes());
        Self { key, public_key: public_key.unwrap_or_default() }
    }

    pub(crate) const fn public_key(&self) -> [u8; 32] {
        self.public_key
    }

    pub(crate) const fn is_locked(&self) -> bool {
        self.key.is_locked()
    }

    /// Copies the private key out, for the one who keeps it in a file.
    pub(crate) fn expose(&self) -> Zeroizing<[u8; 32]> {
        let mut bytes = Zeroizing::new([0; 32]);
        if let Some(key) = self.key.get() {
            bytes.copy_from_slice(key.as_bytes());
        }
        bytes
    }

    pub(super) fn sign(&self, message: Message<'_>) -> [u8; 64] {
        let key = self.key.get().as_ref();
        key.map_or([0; 64], |key| key.sign(message.as_bytes()).to_bytes())
    }
}

impl Seed {
    /// Takes a seed; nothing if it is too short or too long to be one.
    pub(crate) fn new(bytes: &[u8]) -> Option<Self> {
        if !(16..=64).contains(&bytes.len()) {
            return None;
        }
        let fill = |place: &mut Zeroizing<[u8; 64]>| {
            place.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        };
        Some(Self { bytes: Guarded::new(Zeroizing::new([0; 64]), fill), length: bytes.len() })
    }

    pub(crate) fn expose(&self) -> &[u8] {
        self.bytes.get().get(..self.length).unwrap_or_default()
    }

    pub(crate) const fn is_locked(&self) -> bool {
        self.bytes.is_locked()
    }
}
