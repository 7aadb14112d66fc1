use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use secrecy::SecretString;

use super::calls::Calls;
use super::find::Finder;
use super::generate::NewKey;
use super::token::Token;
use super::{Pkcs11Error, TokenKey, TokenSettings};
use crate::source::{Brief, EcdsaSignature, Message, Prehash, SchnorrTweak, Source};
use crate::{
    Curve, ImportedSecret, KeyRef, KeySource, PublicKey, SourceError, SourceKind, foreign,
};

/// What BIP-340 takes, and no token has.
const SCHNORR: &str = "Schnorr signatures by BIP-340: PKCS#11 defines no mechanism for them, and the \
                       tweak of a taproot key takes the key itself";

/// A token that is open, and the keys on it.
///
/// Cloning it is cheap; clones share their sessions.
#[derive(Clone)]
pub struct Pkcs11Source {
    name: Arc<str>,
    calls: Calls,
}

impl Pkcs11Source {
    /// Opens a token by its PIN. Without one, its own keypad is used, if it has any.
    ///
    /// The PIN is tried once, also where it is given to `open` again, and kept for as long as the token
    /// is used: it may be taken out and put back.
    ///
    /// # Errors
    ///
    /// Returns a [`Pkcs11Error`] if the library can't be loaded, the token is not there, or the PIN
    /// was refused or not tried.
    pub async fn open(
        name: impl Into<Arc<str>>,
        settings: TokenSettings,
        pin: Option<SecretString>,
    ) -> Result<Self, Pkcs11Error> {
        let (deadline, sessions) = (settings.deadline, settings.sessions);
        let load = move || Token::load(settings, pin);
        let calls = Calls::open(load, sessions, deadline).await?;
        Ok(Self { name: name.into(), calls })
    }

    /// Finds a key, and returns its public half.
    ///
    /// # Errors
    ///
    /// Returns a [`Pkcs11Error`] unless the token has one such pair of keys, whose private half can't
    /// leave it.
    pub async fn find(&self, key: TokenKey, curve: Curve) -> Result<PublicKey, Pkcs11Error> {
        let look = move |token: &Token| {
            token.in_session(|session| {
                let finder = Finder { settings: token.settings(), session };
                token.handle(&key, curve, || finder.private(&key, curve))?;
                finder.public(&key, curve)
            })
        };
        self.calls.call(look).await
    }

    /// Makes a key on the token. It can sign, and do nothing else; it can't leave the token.
    ///
    /// # Errors
    ///
    /// Returns a [`Pkcs11Error`] if the token has an object of this label or id, or can't make one.
    pub async fn generate(
        &self,
        label: impl Into<String>,
        id: impl Into<Vec<u8>>,
        curve: Curve,
    ) -> Result<PublicKey, Pkcs11Error> {
        let key = NewKey { label: label.into(), id: id.into(), curve };
        let make = move |token: &Token| {
            token.in_writing_session(|session| key.generate(token.settings(), session))
        };
        self.calls.call(make).await
    }

    /// Brings a key that was made elsewhere to the token. It can't leave it again; what is left of it
    /// where it came from, nobody but its owner can erase.
    ///
    /// # Errors
    ///
    /// Returns a [`Pkcs11Error`] if the secret is no key of the curve, the token has an object of this
    /// label or id, or takes no keys from outside.
    pub async fn import(
        &self,
        label: impl Into<String>,
        id: impl Into<Vec<u8>>,
        curve: Curve,
        secret: ImportedSecret,
    ) -> Result<PublicKey, Pkcs11Error> {
        let key = NewKey { label: label.into(), id: id.into(), curve };
        let bring = move |token: &Token| {
            token.in_writing_session(|session| key.import(&secret, token.settings(), session))
        };
        self.calls.call(bring).await
    }

    /// Makes a source of keys of it, for a keyring.
    pub fn into_source(self) -> KeySource {
        KeySource::new(self)
    }

    async fn sign(&self, key: &KeyRef, data: Vec<u8>) -> Result<[u8; 64], SourceError> {
        let curve = key.public_key().curve();
        let public = key.public_key().to_string();
        let key = self.parse(key.id())?;
        let sign = move |token: &Token| {
            let bytes = token.in_session(|session| {
                let finder = Finder { settings: token.settings(), session };
                let handle = token.handle(&key, curve, || finder.private(&key, curve))?;
                Ok(session.sign(&mechanism(curve), handle, &data)?)
            })?;
            bytes.try_into().map_err(|_| Pkcs11Error::OtherSignature { key: public })
        };
        self.calls.call(sign).await.map_err(|error| self.told(error))
    }

    fn parse(&self, id: &str) -> Result<TokenKey, SourceError> {
        id.parse().map_err(|_| SourceError::NoKey {
            source_name: self.name.to_string(),
            key: id.to_owned(),
        })
    }

    fn told(&self, error: Pkcs11Error) -> SourceError {
        error.told_by(&self.name)
    }

    /// The key is looked for anew at the next signature.
    fn other_signature(&self, key: &KeyRef) -> SourceError {
        if let Ok(key) = key.id().parse() {
            self.calls.token().forget(&key);
        }
        self.told(Pkcs11Error::OtherSignature { key: key.public_key().to_string() })
    }
}

#[async_trait]
impl Source for Pkcs11Source {
    fn name(&self) -> &str {
        &self.name
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Pkcs11
    }

    fn deadline(&self) -> Option<Duration> {
        Some(self.calls.deadline())
    }

    async fn public_key(&self, id: &str, curve: Curve) -> Result<PublicKey, SourceError> {
        let key = self.parse(id)?;
        self.find(key, curve).await.map_err(|error| self.told(error))
    }

    async fn sign_ecdsa(
        &self,
        key: &KeyRef,
        digest: Prehash<'_>,
        _brief: &Brief,
    ) -> Result<EcdsaSignature, SourceError> {
        foreign::require_single(key, &self.name)?;
        let PublicKey::Secp256k1(public) = key.public_key() else {
            return Err(self.other_signature(key));
        };
        let compact = self.sign(key, digest.as_bytes().to_vec()).await?;
        let signature = foreign::ecdsa(&compact, digest.as_bytes(), public);
        signature.ok_or_else(|| self.other_signature(key))
    }

    async fn sign_schnorr(
        &self,
        _key: &KeyRef,
        _tweak: SchnorrTweak,
        _digest: Prehash<'_>,
        _brief: &Brief,
    ) -> Result<[u8; 64], SourceError> {
        let token = self.calls.token().settings().label.clone();
        Err(self.told(Pkcs11Error::Lacks { token, lacks: SCHNORR }))
    }

    async fn sign_ed25519(
        &self,
        key: &KeyRef,
        message: Message<'_>,
        _brief: &Brief,
    ) -> Result<[u8; 64], SourceError> {
        foreign::require_single(key, &self.name)?;
        let PublicKey::Ed25519(public) = key.public_key() else {
            return Err(self.other_signature(key));
        };
        let signature = self.sign(key, message.as_bytes().to_vec()).await?;
        let signature = foreign::ed25519(&signature, message.as_bytes(), public);
        signature.ok_or_else(|| self.other_signature(key))
    }
}

impl fmt::Debug for Pkcs11Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Pkcs11Source")
            .field("name", &self.name)
            .field("settings", self.calls.token().settings())
            .finish_non_exhaustive()
    }
}

/// Returns how a key of the curve signs: 32 bytes as they are, or a message.
fn mechanism(curve: Curve) -> Mechanism<'static> {
    match curve {
        Curve::Secp256k1 => Mechanism::Ecdsa,
        Curve::Ed25519 => Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Pure)),
    }
}
