//! Keys that come to be on a token, or come to it.

use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, KeyType, ObjectClass};
use cryptoki::session::Session;
use zeroize::Zeroize as _;

use super::error::Failure;
use super::find::Finder;
use super::{Pkcs11Error, TokenKey, TokenSettings, point};
use crate::import::SecretKind;
use crate::vault::{Ed25519Secret, SecpSecret};
use crate::{Curve, ImportedSecret, PublicKey};

/// A key that is to be on a token.
pub(super) struct NewKey {
    pub(super) label: String,
    pub(super) id: Vec<u8>,
    pub(super) curve: Curve,
}

impl NewKey {
    /// Has the token make it, and returns its public half.
    pub(super) fn generate(
        &self,
        settings: &TokenSettings,
        session: &Session,
    ) -> Result<PublicKey, Failure> {
        let finder = Finder { settings, session };
        self.require_room(finder)?;
        let mechanism = match self.curve {
            Curve::Secp256k1 => Mechanism::EccKeyPairGen,
            Curve::Ed25519 => Mechanism::EccEdwardsKeyPairGen,
        };
        let mut public = self.public();
        public.push(self.parameters());
        session.generate_key_pair(&mechanism, &public, &self.private())?;
        finder.public(&TokenKey::Id(self.id.clone()), self.curve)
    }

    /// Brings a key that was made elsewhere, and returns its public half.
    pub(super) fn import(
        &self,
        secret: &ImportedSecret,
        settings: &TokenSettings,
        session: &Session,
    ) -> Result<PublicKey, Failure> {
        let finder = Finder { settings, session };
        self.require_room(finder)?;
        let public_key = self.public_half(secret).ok_or_else(|| {
            let (token, curve) = (settings.label.clone(), self.curve);
            let (expected, found) = (format!("a private key of {curve}"), "another".to_owned());
            Pkcs11Error::Key { token, expected, found }
        })?;
        let mut public = self.public();
        public.extend([self.parameters(), Attribute::EcPoint(point::of(&public_key))]);
        public.extend(self.class(ObjectClass::PUBLIC_KEY));
        let public = session.create_object(&public)?;
        let mut private = self.private();
        private.push(self.parameters());
        private.extend(self.class(ObjectClass::PRIVATE_KEY));
        private.push(Attribute::Value(secret.bytes.to_vec()));
        let created = session.create_object(&private);
        if let Some(Attribute::Value(bytes)) = private.last_mut() {
            bytes.zeroize();
        }
        if created.is_err() {
            // Half a key would be in the way of the next attempt.
            let _ = session.destroy_object(public);
        }
        created?;
        finder.public(&TokenKey::Id(self.id.clone()), self.curve)
    }

    /// Requires that nothing on the token has one of its names.
    fn require_room(&self, finder: Finder<'_>) -> Result<(), Failure> {
        let names = [TokenKey::Label(self.label.clone()), TokenKey::Id(self.id.clone())];
        for name in names {
            let found = finder.count(&name)?;
            if found > 0 {
                let token = finder.settings.label.clone();
                let (expected, found) = (format!("no object {name} yet"), found.to_string());
                return Err(Pkcs11Error::Key { token, expected, found }.into());
            }
        }
        Ok(())
    }

    fn public_half(&self, secret: &ImportedSecret) -> Option<PublicKey> {
        if secret.kind != SecretKind::Key(self.curve) {
            return None;
        }
        let bytes: &[u8; 32] = secret.bytes.as_slice().try_into().ok()?;
        Some(match self.curve {
            Curve::Secp256k1 => PublicKey::Secp256k1(SecpSecret::new(bytes)?.public_key()),
            Curve::Ed25519 => PublicKey::Ed25519(Ed25519Secret::new(bytes).public_key()),
        })
    }

    fn parameters(&self) -> Attribute {
        let parameters = match self.curve {
            Curve::Secp256k1 => point::SECP256K1,
            Curve::Ed25519 => point::EDWARDS25519,
        };
        Attribute::EcParams(parameters.to_vec())
    }

    /// What an object has that isn't made by a mechanism.
    fn class(&self, class: ObjectClass) -> [Attribute; 2] {
        let kind = match self.curve {
            Curve::Secp256k1 => KeyType::EC,
            Curve::Ed25519 => KeyType::EC_EDWARDS,
        };
        [Attribute::Class(class), Attribute::KeyType(kind)]
    }

    fn public(&self) -> Vec<Attribute> {
        vec![
            Attribute::Token(true),
            Attribute::Private(false),
            Attribute::Verify(true),
            Attribute::Label(self.label.clone().into_bytes()),
            Attribute::Id(self.id.clone()),
        ]
    }

    /// It signs, does nothing else, and stays where it is.
    fn private(&self) -> Vec<Attribute> {
        vec![
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Sign(true),
            Attribute::Decrypt(false),
            Attribute::Derive(false),
            Attribute::Unwrap(false),
            Attribute::Label(self.label.clone().into_bytes()),
            Attribute::Id(self.id.clone()),
        ]
    }
}
