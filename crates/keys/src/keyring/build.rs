//! Makes the index of a keyring out of its configuration and its sources.

mod children;
mod error;
mod read;

use std::collections::HashMap;
use std::sync::Arc;

use bitcoin::secp256k1::PublicKey as Point;

use super::config::{AccountConfig, KeyConfig, KeyringConfig};
use super::index::{Index, Keys, Slot, Taken};
use crate::address::CoinForm;
use crate::handle::Entry;
use crate::{ChainKind, Curve, DerivationPath, KeyPath, KeyRef, KeySource, PublicKey, Scope};
use children::{Child, Wanted, derive_all, has_evm_address};
pub use error::KeyringError;
use error::value;
use read::{
    account_key, agree, coin_form, curve_of, indexed, no_public_key, parse_public_key, public_key,
    require_absent, require_curve, require_listed, require_name, shown,
};

/// More addresses than an account has.
const TOO_MANY: u32 = 1 << 31;

pub(super) async fn build(
    config: &KeyringConfig,
    sources: impl IntoIterator<Item = KeySource>,
) -> Result<Index, KeyringError> {
    let mut by_name = HashMap::new();
    for source in sources {
        let name = source.name().to_owned();
        if by_name.insert(name.clone(), source).is_some() {
            return Err(KeyringError::TwoSources { name });
        }
    }
    let pinned = config.require_pinned;
    let mut builder = Builder { sources: by_name, index: Index::default(), pinned };
    for (name, key) in &config.keys {
        builder.add_key(name, key).await?;
    }
    for (name, account) in &config.accounts {
        builder.add_account(name, account)?;
    }
    Ok(builder.index)
}

struct Builder {
    sources: HashMap<String, KeySource>,
    index: Index,
    /// Whether public halves must stand in the configuration.
    pinned: bool,
}

impl Builder {
    /// Requires that a member says the public half, where no source is believed.
    fn require_pinned(
        &self,
        name: &str,
        member: &'static str,
        stands: bool,
    ) -> Result<(), KeyringError> {
        if stands || !self.pinned {
            return Ok(());
        }
        Err(KeyringError::NotPinned { name: name.to_owned(), member })
    }

    fn source(&self, name: &str, wanted: &str) -> Result<KeySource, KeyringError> {
        let source = self.sources.get(wanted).cloned();
        let (name, wanted) = (name.to_owned(), wanted.to_owned());
        source.ok_or(KeyringError::NoSource { name, wanted })
    }

    async fn add_key(&mut self, name: &str, config: &KeyConfig) -> Result<(), KeyringError> {
        require_name(name)?;
        let scope = config.scope();
        require_curve(name, config.curve, &scope)?;
        self.require_pinned(name, "public_key", config.public_key.is_some())?;
        let source = self.source(name, &config.source)?;
        let id: Arc<str> = config.id.as_deref().unwrap_or(name).into();
        let path = match &config.path {
            Some(path) => KeyPath::Derived { path: path.clone() },
            None => KeyPath::Single,
        };
        let public_key = public_key(name, config, (&source, &id, &path)).await?;
        let keys = Keys::Listed(vec![KeyRef { id, path, public_key }]);
        let entry = self.add(name, (source, scope.clone(), None), keys)?;
        self.list(&scope, (None, &public_key), Slot::of_account(entry, 0, 0))
    }

    fn add(
        &mut self,
        name: &str,
        (source, scope, form): (KeySource, Scope, Option<CoinForm>),
        keys: Keys,
    ) -> Result<u32, KeyringError> {
        let entry = Entry { name: name.into(), scope, source, form };
        let expected = "a name that no other key and no account has";
        self.index.add(entry, keys).ok_or_else(|| value(name, "name", expected, name))
    }

    fn add_account(&mut self, name: &str, config: &AccountConfig) -> Result<(), KeyringError> {
        require_name(name)?;
        let scope = config.scope();
        let curve = curve_of(name, &scope)?;
        if config.receive.max(config.change) >= TOO_MANY {
            let found = config.receive.max(config.change);
            return Err(value(name, "receive", "fewer than 2^31 addresses", found));
        }
        match curve {
            Curve::Secp256k1 => self.add_secp256k1(name, config, &scope),
            Curve::Ed25519 => self.add_ed25519(name, config, &scope),
        }
    }

    fn add_secp256k1(
        &mut self,
        name: &str,
        config: &AccountConfig,
        scope: &Scope,
    ) -> Result<(), KeyringError> {
        let expected = "a path as m/84'/0'/0'";
        let path = config.path.parse::<DerivationPath>();
        let path = path.map_err(|_| value(name, "path", expected, shown(&config.path)))?;
        self.require_pinned(name, "xpub", config.xpub.is_some())?;
        require_absent(name, "public_keys", config.public_keys.is_empty())?;
        let source = self.source(name, &config.source)?;
        let id: Arc<str> = config.id.as_deref().unwrap_or(name).into();
        let form = coin_form(name, config, &path, scope)?;
        let account = account_key(name, config, (&source, &id, &path))?;
        let derive = |chain, count| {
            let derived = derive_all(&account, chain, count, &Wanted { scope, form });
            derived.map_err(|reason| KeyringError::Derive { name: name.to_owned(), reason })
        };
        let chains = [derive(0, config.receive)?, derive(1, config.change)?];
        let keys = |children: &[Child]| children.iter().map(|child| child.public_key).collect();
        let [receive, change] = &chains;
        let keys = Keys::Account { id, account: path, chains: [keys(receive), keys(change)] };
        let entry = self.add(name, (source, scope.clone(), form), keys)?;
        let count = chains.iter().map(Vec::len).sum();
        let (evm, coins) = (has_evm_address(scope), scope.covers(ChainKind::Bitcoin));
        self.index.reserve(if evm { count } else { 0 }, if coins { count } else { 0 });
        for (chain, children) in (0..).zip(chains) {
            for (index, child) in (0..).zip(children) {
                self.list_child(&child, Slot::of_account(entry, chain, index))?;
            }
        }
        Ok(())
    }

    fn add_ed25519(
        &mut self,
        name: &str,
        config: &AccountConfig,
        scope: &Scope,
    ) -> Result<(), KeyringError> {
        require_listed(name, config)?;
        let source = self.source(name, &config.source)?;
        let id: Arc<str> = config.id.as_deref().unwrap_or(name).into();
        let mut keys = Vec::new();
        for index in 0..config.receive {
            let path = KeyPath::Derived { path: indexed(name, &config.path, index)? };
            let said = usize::try_from(index).ok().and_then(|at| config.public_keys.get(at));
            self.require_pinned(name, "public_keys", said.is_some())?;
            let said = said.map(|text| parse_public_key(name, Curve::Ed25519, text)).transpose()?;
            let known = source.source().known(&id, Curve::Ed25519, &path);
            let public_key = agree(name, said, known)?
                .ok_or_else(|| no_public_key(name, "public_keys", &source))?;
            keys.push(KeyRef { id: Arc::clone(&id), path, public_key });
        }
        let public_keys: Vec<_> = keys.iter().map(|key| key.public_key).collect();
        let entry = self.add(name, (source, scope.clone(), None), Keys::Listed(keys))?;
        for (index, public_key) in (0..).zip(&public_keys) {
            self.list(scope, (None, public_key), Slot::of_account(entry, 0, index))?;
        }
        Ok(())
    }

    /// Lists all addresses of a key.
    fn list(
        &mut self,
        scope: &Scope,
        (form, public_key): (Option<CoinForm>, &PublicKey),
        slot: Slot,
    ) -> Result<(), KeyringError> {
        match public_key {
            PublicKey::Ed25519(key) => {
                let added = self.index.add_ed25519(*key, slot);
                added.map_err(|taken| self.twice(slot, &taken, hex::encode(key)))
            }
            PublicKey::Secp256k1(key) => {
                let name = || self.index.name(slot);
                let expected = "a point of secp256k1";
                let point = Point::from_slice(key);
                let point =
                    point.map_err(|_| value(&name(), "public_key", expected, public_key))?;
                self.list_child(&Wanted { scope, form }.child(&point), slot)
            }
        }
    }

    fn list_child(&mut self, child: &Child, slot: Slot) -> Result<(), KeyringError> {
        if let Some(address) = child.evm {
            let added = self.index.add_evm(address, slot);
            added.map_err(|taken| self.twice(slot, &taken, address.to_string()))?;
        }
        for script in child.coins.iter().flatten() {
            let added = self.index.add_coin(*script, slot);
            added.map_err(|taken| self.twice(slot, &taken, hex::encode(script.to_bytes())))?;
        }
        Ok(())
    }

    fn twice(&self, slot: Slot, taken: &Taken, address: String) -> KeyringError {
        let (name, other) = (self.index.name(slot), self.index.name(taken.0));
        KeyringError::Twice { name, other, address }
    }
}
