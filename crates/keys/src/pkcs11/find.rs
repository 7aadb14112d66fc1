use std::fmt;
use std::str::FromStr;

use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;

use super::error::Failure;
use super::{Pkcs11Error, TokenSettings, point};
use crate::{Curve, PublicKey};

/// The prefix by which an id is written.
const ID: &str = "id:";

/// Which key of a token is meant.
///
/// # Examples
///
/// ```
/// use countersign_keys::pkcs11::TokenKey;
///
/// assert_eq!("hot-1".parse(), Ok(TokenKey::Label("hot-1".to_owned())));
/// assert_eq!("id:0a01".parse(), Ok(TokenKey::Id(vec![10, 1])));
/// assert!("id:0a0".parse::<TokenKey>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "PKCS#11 names keys in these two ways")]
pub enum TokenKey {
    /// By its label: any text.
    Label(String),
    /// By its id: any bytes. Written as `id:` and hex digits.
    Id(Vec<u8>),
}

/// A text names no key of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a label, or `id:` and hex digits")]
pub struct ParseTokenKeyError;

impl FromStr for TokenKey {
    type Err = ParseTokenKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_prefix(ID) {
            Some(hex) => hex::decode(hex).map(Self::Id).ok(),
            None => Some(Self::Label(text.to_owned())),
        }
        .filter(|key| !matches!(key, Self::Label(name) if name.is_empty()))
        .filter(|key| !matches!(key, Self::Id(id) if id.is_empty()))
        .ok_or(ParseTokenKeyError)
    }
}

impl fmt::Display for TokenKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label(label) => formatter.write_str(label),
            Self::Id(id) => write!(formatter, "{ID}{}", hex::encode(id)),
        }
    }
}

impl TokenKey {
    pub(super) fn attribute(&self) -> Attribute {
        match self {
            Self::Label(label) => Attribute::Label(label.clone().into_bytes()),
            Self::Id(id) => Attribute::Id(id.clone()),
        }
    }
}

/// Finds keys on one token.
#[derive(Clone, Copy)]
pub(super) struct Finder<'a> {
    pub(super) settings: &'a TokenSettings,
    pub(super) session: &'a Session,
}

impl Finder<'_> {
    /// Finds a private key that signs and stays where it is.
    pub(super) fn private(self, key: &TokenKey, curve: Curve) -> Result<ObjectHandle, Failure> {
        let handle = self.only(ObjectClass::PRIVATE_KEY, "private key", key, curve)?;
        if self.settings.allow_extractable {
            return Ok(handle);
        }
        let kinds = [AttributeType::Extractable, AttributeType::Sensitive];
        let attributes = self.session.get_attributes(handle, &kinds)?;
        let stays = attributes.contains(&Attribute::Extractable(false))
            && attributes.contains(&Attribute::Sensitive(true));
        if stays {
            return Ok(handle);
        }
        let expected = format!("a key {key} that can't leave it");
        Err(self.other(expected, "one that can be taken out").into())
    }

    /// Finds the public half of a key.
    pub(super) fn public(self, key: &TokenKey, curve: Curve) -> Result<PublicKey, Failure> {
        let handle = self.only(ObjectClass::PUBLIC_KEY, "public key", key, curve)?;
        let kinds = [AttributeType::EcParams, AttributeType::EcPoint];
        let (mut parameters, mut point) = (Vec::new(), Vec::new());
        for attribute in self.session.get_attributes(handle, &kinds)? {
            match attribute {
                Attribute::EcParams(bytes) => parameters = bytes,
                Attribute::EcPoint(bytes) => point = bytes,
                _ => {}
            }
        }
        let known = match curve {
            Curve::Secp256k1 => parameters == point::SECP256K1,
            Curve::Ed25519 => {
                [point::EDWARDS25519, point::ED25519].contains(&parameters.as_slice())
            }
        };
        if !known {
            let expected = format!("a key {key} on {curve}");
            let found = format!("one on the curve {}", hex::encode(parameters));
            return Err(self.other(expected, found).into());
        }
        let read = match curve {
            Curve::Secp256k1 => point::secp256k1(&point).map(PublicKey::Secp256k1),
            Curve::Ed25519 => point::ed25519(&point).map(PublicKey::Ed25519),
        };
        read.ok_or_else(|| {
            let expected = format!("a point of {curve} as the public key {key}");
            self.other(expected, format!("{} other bytes", point.len())).into()
        })
    }

    /// Says how many objects have the name of a key, on either curve.
    pub(super) fn count(self, key: &TokenKey) -> Result<usize, Failure> {
        Ok(self.session.find_objects(&[key.attribute()])?.len())
    }

    fn only(
        self,
        class: ObjectClass,
        what: &str,
        key: &TokenKey,
        curve: Curve,
    ) -> Result<ObjectHandle, Failure> {
        let kind = match curve {
            Curve::Secp256k1 => KeyType::EC,
            Curve::Ed25519 => KeyType::EC_EDWARDS,
        };
        let template = [
            Attribute::Class(class),
            Attribute::Token(true),
            Attribute::KeyType(kind),
            key.attribute(),
        ];
        match self.session.find_objects(&template)?.as_slice() {
            [only] => Ok(*only),
            others => {
                let expected = format!("one {what} {key} for {curve}");
                Err(self.other(expected, others.len().to_string()).into())
            }
        }
    }

    fn other(self, expected: String, found: impl Into<String>) -> Pkcs11Error {
        Pkcs11Error::Key { token: self.settings.label.clone(), expected, found: found.into() }
    }
}
