use cryptoki::mechanism::Mechanism;
use cryptoki::object::Attribute;
use cryptoki::session::Session;

use super::error::Failure;
use super::find::Finder;
use super::{Pkcs11Error, TokenKey, TokenSettings, point};
use crate::{Curve, PublicKey};

/// Makes a key on the token that can't leave it, and returns its public half.
pub(super) fn generate(
    settings: &TokenSettings,
    session: &Session,
    (label, id): (&str, &[u8]),
    curve: Curve,
) -> Result<PublicKey, Failure> {
    let finder = Finder { settings, session };
    let names = [TokenKey::Label(label.to_owned()), TokenKey::Id(id.to_vec())];
    for name in &names {
        let found = finder.count(name)?;
        if found > 0 {
            let token = settings.label.clone();
            let (expected, found) = (format!("no object {name} yet"), found.to_string());
            return Err(Pkcs11Error::Key { token, expected, found }.into());
        }
    }
    let (mechanism, parameters) = match curve {
        Curve::Secp256k1 => (Mechanism::EccKeyPairGen, point::SECP256K1),
        Curve::Ed25519 => (Mechanism::EccEdwardsKeyPairGen, point::EDWARDS25519),
    };
    let [by_label, by_id] = names;
    let (label, id) = (by_label.attribute(), by_id.attribute());
    let public = [
        Attribute::Token(true),
        Attribute::Private(false),
        Attribute::Verify(true),
        Attribute::EcParams(parameters.to_vec()),
        label.clone(),
        id.clone(),
    ];
    let private = [
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Sign(true),
        Attribute::Decrypt(false),
        Attribute::Derive(false),
        Attribute::Unwrap(false),
        label,
        id,
    ];
    session.generate_key_pair(&mechanism, &public, &private)?;
    finder.public(&by_id, curve)
}
