//! What the configuration and the sources say of keys.

use std::fmt;

use bitcoin::secp256k1::PublicKey as Point;
use ed25519_dalek::VerifyingKey;

use super::super::config::{AccountConfig, KeyConfig};
use super::error::value;
use crate::address::{CoinForm, is_address};
use crate::keystore::is_plain;
use crate::{
    AccountKey, ChainKind, Curve, DerivationPath, KeyPath, KeySource, KeyringError, PublicKey,
    Scope,
};

/// Requires a name that can't be taken for an address, or for a key of an account.
pub(super) fn require_name(name: &str) -> Result<(), KeyringError> {
    let expected = "1 to 64 letters, digits and -_. that are no address";
    if is_plain(name) && !is_address(name) {
        return Ok(());
    }
    Err(value(name, "name", expected, "another"))
}

/// Requires that a member is not there which would mean nothing.
pub(super) fn require_absent(
    name: &str,
    member: &'static str,
    absent: bool,
) -> Result<(), KeyringError> {
    if absent { Ok(()) } else { Err(value(name, member, "nothing on its chains", "a value")) }
}

/// Requires of an account on Ed25519 what its keys are listed by, and nothing else.
pub(super) fn require_listed(name: &str, config: &AccountConfig) -> Result<(), KeyringError> {
    require_absent(name, "xpub", config.xpub.is_none())?;
    require_absent(name, "change", config.change == 0)?;
    require_absent(name, "form", config.form.is_none())?;
    let (most, found) = (config.receive, config.public_keys.len());
    if u32::try_from(found).is_ok_and(|found| found <= most) {
        return Ok(());
    }
    Err(value(name, "public_keys", "no more than receive has addresses", found))
}

/// Requires chains that sign by the curve.
pub(super) fn require_curve(name: &str, curve: Curve, scope: &Scope) -> Result<(), KeyringError> {
    let other = scope.chains.iter().find(|chain| !signs_by(**chain, curve));
    match other {
        Some(chain) => {
            Err(value(name, "chains", "chains that sign by the key's curve", chain.as_str()))
        }
        None if scope.chains.is_empty() => {
            Err(value(name, "chains", "at least one kind of chain", "none"))
        }
        None => Ok(()),
    }
}

const fn signs_by(chain: ChainKind, curve: Curve) -> bool {
    match chain {
        ChainKind::Near => true,
        ChainKind::Solana => matches!(curve, Curve::Ed25519),
        ChainKind::Evm | ChainKind::Tron | ChainKind::Bitcoin => matches!(curve, Curve::Secp256k1),
    }
}

/// Returns the curve that all chains of an account sign by.
pub(super) fn curve_of(name: &str, scope: &Scope) -> Result<Curve, KeyringError> {
    let fits = |curve: &Curve| require_curve(name, *curve, scope).is_ok();
    // Intents are signed by either; their implicit accounts are of Ed25519.
    let curves = [Curve::Ed25519, Curve::Secp256k1];
    let expected = "chains that sign by one curve";
    curves.into_iter().find(fits).ok_or_else(|| value(name, "chains", expected, "others"))
}

pub(super) async fn public_key(
    name: &str,
    config: &KeyConfig,
    (source, id, path): (&KeySource, &str, &KeyPath),
) -> Result<PublicKey, KeyringError> {
    let said = config.public_key.as_deref();
    let said = said.map(|text| parse_public_key(name, config.curve, text)).transpose()?;
    let known = source.source().known(id, config.curve, path);
    if let Some(public_key) = agree(name, said, known)? {
        return require_key_curve(name, config.curve, public_key);
    }
    if *path != KeyPath::Single {
        return Err(no_public_key(name, "public_key", source));
    }
    let asked = source.source().public_key(id, config.curve).await;
    let reason = |reason| KeyringError::Source { name: name.to_owned(), reason };
    require_key_curve(name, config.curve, asked.map_err(reason)?)
}

fn require_key_curve(
    name: &str,
    curve: Curve,
    public_key: PublicKey,
) -> Result<PublicKey, KeyringError> {
    let found = public_key.curve();
    if found != curve {
        return Err(value(name, "curve", "the curve of the key in its source", curve));
    }
    Ok(public_key)
}

/// What the configuration says and what the source knows are one.
pub(super) fn agree<T: PartialEq + fmt::Display>(
    name: &str,
    said: Option<T>,
    known: Option<T>,
) -> Result<Option<T>, KeyringError> {
    match (said, known) {
        (Some(said), Some(known)) if said != known => Err(KeyringError::OtherKey {
            name: name.to_owned(),
            expected: said.to_string(),
            found: known.to_string(),
        }),
        (said, known) => Ok(said.or(known)),
    }
}

pub(super) fn account_key(
    name: &str,
    config: &AccountConfig,
    (source, id, path): (&KeySource, &str, &DerivationPath),
) -> Result<AccountKey, KeyringError> {
    let known = source.source().account(id, path);
    let account = match (config.xpub, known) {
        // One key may be written for the main network and for a test network.
        (Some(said), Some(known)) if !said.is_same_key(&known) => {
            agree(name, Some(said), Some(known))?
        }
        (said, known) => said.or(known),
    };
    let account = account.ok_or_else(|| no_public_key(name, "xpub", source))?;
    let (expected, found) = ("as many steps as xpub is deep", account.depth());
    if usize::from(found) != path.steps().len() {
        return Err(value(name, "path", expected, path));
    }
    Ok(account)
}

pub(super) fn no_public_key(name: &str, member: &'static str, source: &KeySource) -> KeyringError {
    let (name, wanted) = (name.to_owned(), source.name().to_owned());
    KeyringError::NoPublicKey { name, member, wanted }
}

/// Says how the coins of an account are locked, if it has any.
pub(super) fn coin_form(
    name: &str,
    config: &AccountConfig,
    path: &DerivationPath,
    scope: &Scope,
) -> Result<Option<CoinForm>, KeyringError> {
    if !scope.covers(ChainKind::Bitcoin) {
        return Ok(None);
    }
    let expected = "p2wpkh, p2sh-p2wpkh or p2tr, as the path does not say it";
    let form = config.form.or_else(|| CoinForm::of_path(path));
    form.map(Some).ok_or_else(|| value(name, "form", expected, "none"))
}

pub(super) fn indexed(name: &str, path: &str, index: u32) -> Result<DerivationPath, KeyringError> {
    let expected = "hardened steps with one * among them, as m/44'/501'/*'/0'";
    let wrong = || value(name, "path", expected, shown(path));
    // It stands for a whole index, and not for a digit of one.
    let stands = |step: &str| step.trim_end_matches(['\'', 'h', 'H']) == "*";
    if path.matches('*').count() != 1 || !path.split('/').any(stands) {
        return Err(wrong());
    }
    let path: Option<DerivationPath> = path.replace('*', &index.to_string()).parse().ok();
    path.filter(DerivationPath::is_hardened).ok_or_else(wrong)
}

pub(super) fn parse_public_key(
    name: &str,
    curve: Curve,
    text: &str,
) -> Result<PublicKey, KeyringError> {
    match curve {
        Curve::Secp256k1 => {
            let mut bytes = [0; 33];
            let digits = text.strip_prefix("0x").unwrap_or(text);
            let read = hex::decode_to_slice(digits, &mut bytes).ok();
            let point = read.and_then(|()| Point::from_slice(&bytes).ok());
            let expected = "a compressed point of secp256k1 in hex";
            point.ok_or_else(|| value(name, "public_key", expected, length(text)))?;
            Ok(PublicKey::Secp256k1(bytes))
        }
        Curve::Ed25519 => {
            let bytes = read_ed25519(text).filter(|bytes| VerifyingKey::from_bytes(bytes).is_ok());
            let expected = "a point of Ed25519 in hex or base58";
            let bytes = bytes.ok_or_else(|| value(name, "public_key", expected, length(text)))?;
            Ok(PublicKey::Ed25519(bytes))
        }
    }
}

/// Repeats what looks like a path alone: something else in its place may be a secret.
pub(super) fn shown(path: &str) -> String {
    let sign = |sign: char| sign.is_ascii_digit() || "/*'hH".contains(sign);
    match path.strip_prefix('m') {
        Some(steps) if steps.chars().all(sign) => path.to_owned(),
        _ => length(path),
    }
}

/// What stands in the wrong place may be a private key: it is not repeated.
fn length(text: &str) -> String {
    format!("{} other characters", text.chars().count())
}

fn read_ed25519(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), &mut bytes).is_ok() {
        return Some(bytes);
    }
    (bs58::decode(text).onto(&mut bytes) == Ok(32)).then_some(bytes)
}
