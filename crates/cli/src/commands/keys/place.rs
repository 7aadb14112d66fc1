//! Where the keys of a seed are: the usual paths of each chain, or others.

use std::path::Path;

use countersign::approval::Environment;
use countersign::keys::{
    AccountKey, ChainKind, CoinForm, Curve, DerivationPath, KeystoreEntry, KeystoreError,
    OpenKeystore, PublicKey,
};

use crate::arguments::KeyOf;
use crate::connection::SetupError;
use crate::exit::Failure;
use crate::keyring::in_file;

/// The bit that marks a step of a path as hardened.
const HARDENED: u32 = 1 << 31;

/// Where keys of a seed are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// An account on secp256k1: an address is two steps on, a chain and an index.
    Account(DerivationPath),
    /// On Ed25519: the path with `*` for the index.
    Indexed(String),
}

impl Place {
    /// Reads it from the arguments.
    pub(super) fn of(account: &KeyOf) -> Result<Self, SetupError> {
        let place = match &account.path {
            Some(path) if path.contains('*') => Self::Indexed(path.clone()),
            Some(path) => Self::Account(read("--path", path)?),
            None => {
                usual(account.chain, account.account, (account.form, account.shown.environment))?
            }
        };
        let is_indexed = matches!(place, Self::Indexed(_));
        if is_indexed && (account.change || account.account != 0) {
            let message = "expected --index alone: each account of this chain has one address";
            return Err(SetupError::Argument(message.to_owned()));
        }
        place.path(false, 0)?;
        Ok(place)
    }

    /// Returns the path of one key.
    pub(super) fn path(&self, change: bool, index: u32) -> Result<DerivationPath, SetupError> {
        match self {
            Self::Account(account) => {
                read("--index", &format!("{account}/{}/{index}", u32::from(change)))
            }
            Self::Indexed(pattern) => {
                let path = read("--path", &pattern.replacen('*', &index.to_string(), 1))?;
                let expected = "--path: expected hardened steps alone, as in m/44'/501'/*'/0'";
                let wrong = || SetupError::Argument(expected.to_owned());
                path.is_hardened().then_some(path).ok_or_else(wrong)
            }
        }
    }

    /// Finds what a keystore lists of it in the clear.
    pub(super) fn known(
        &self,
        entry: &KeystoreEntry,
        change: bool,
        index: u32,
    ) -> Option<PublicKey> {
        let KeystoreEntry::Seed { accounts, derived, .. } = entry else { return None };
        match self {
            Self::Account(path) => {
                let found = accounts.iter().find(|account| account.path == *path)?;
                key_at(&found.xpub, change, index).ok()
            }
            Self::Indexed(_) => {
                let path = self.path(change, index).ok()?;
                let is_it = |key: &&countersign::keys::KnownKey| {
                    key.path == path && key.curve == Curve::Ed25519
                };
                let found = derived.iter().find(is_it)?;
                found.public_key.read(found.curve)
            }
        }
    }

    /// Derives a key, and lists it, or its account.
    pub(super) fn list(
        &self,
        keystore: &mut OpenKeystore,
        (name, environment): (&str, Environment),
        (change, index): (bool, u32),
    ) -> Result<PublicKey, PlaceError> {
        match self {
            Self::Account(path) => {
                let xpub = keystore.list_account(name, path, is_test(environment))?;
                Ok(key_at(&xpub, change, index)?)
            }
            Self::Indexed(_) => {
                let path = self.path(change, index)?;
                Ok(keystore.list_key(name, Curve::Ed25519, &path)?)
            }
        }
    }
}

/// Why there is no key at a place.
#[derive(Debug, thiserror::Error)]
pub(super) enum PlaceError {
    #[error(transparent)]
    Path(#[from] SetupError),
    #[error(transparent)]
    Keystore(#[from] KeystoreError),
}

impl PlaceError {
    /// Says which file it is of.
    pub(super) fn in_file(self, path: &Path) -> Failure {
        match self {
            Self::Path(error) => error.into(),
            Self::Keystore(error) => in_file(path)(error).into(),
        }
    }
}

fn key_at(account: &AccountKey, change: bool, index: u32) -> Result<PublicKey, SetupError> {
    let key = account.public_key_at(u32::from(change), index);
    key.map_err(|error| SetupError::Argument(format!("--index: {error}")))
}

fn read(option: &str, path: &str) -> Result<DerivationPath, SetupError> {
    path.parse().map_err(|error| SetupError::Argument(format!("{option}: {error}")))
}

const fn is_test(environment: Environment) -> bool {
    !matches!(environment, Environment::Mainnet)
}

/// Returns where wallets have the keys of a chain.
fn usual(
    chain: ChainKind,
    account: u32,
    (form, environment): (Option<CoinForm>, Environment),
) -> Result<Place, SetupError> {
    let coin = u32::from(is_test(environment));
    let path = match chain {
        ChainKind::Evm => format!("m/44'/60'/{account}'"),
        ChainKind::Tron => format!("m/44'/195'/{account}'"),
        ChainKind::Bitcoin => {
            let purpose = match form {
                Some(CoinForm::P2tr) => 86,
                Some(CoinForm::P2shP2wpkh) => 49,
                Some(CoinForm::P2wpkh) | None => 84,
            };
            format!("m/{purpose}'/{coin}'/{account}'")
        }
        ChainKind::Solana => return Ok(Place::Indexed("m/44'/501'/*'/0'".to_owned())),
        ChainKind::Near => return Ok(Place::Indexed("m/44'/397'/*'".to_owned())),
    };
    read("--account", &path).map(Place::Account)
}

/// Lists the first account of each chain, in the forms that wallets begin with.
pub(super) fn list_usual(
    keystore: &mut OpenKeystore,
    name: &str,
    environment: Environment,
) -> Result<(), KeystoreError> {
    let coins = [Some(CoinForm::P2wpkh), Some(CoinForm::P2tr)];
    let coins = coins.map(|form| (ChainKind::Bitcoin, form));
    let others = [ChainKind::Evm, ChainKind::Tron, ChainKind::Solana, ChainKind::Near];
    for (chain, form) in others.map(|chain| (chain, None)).into_iter().chain(coins) {
        let Ok(place) = usual(chain, 0, (form, environment)) else { continue };
        match place.list(keystore, (name, environment), (false, 0)) {
            Ok(_) | Err(PlaceError::Path(_)) => {}
            Err(PlaceError::Keystore(error)) => return Err(error),
        }
    }
    Ok(())
}

/// Says for which chains the keys at a path are, by what wallets use it for.
pub(super) fn chains_of(path: &DerivationPath) -> &'static [ChainKind] {
    let step = |place: usize| path.steps().get(place).map(|step| step & !HARDENED);
    if CoinForm::of_path(path).is_some() {
        return &[ChainKind::Bitcoin];
    }
    match step(1) {
        Some(60) => &[ChainKind::Evm],
        Some(195) => &[ChainKind::Tron],
        Some(501) => &[ChainKind::Solana],
        Some(397) => &[ChainKind::Near],
        _ => &super::row::CHAINS,
    }
}
