//! Makes the index of a keyring out of its configuration and its sources.

use std::collections::HashMap;
use std::fmt;
use std::num::NonZero;
use std::sync::Arc;
use std::thread;

use bitcoin::secp256k1::PublicKey as Point;
use ed25519_dalek::VerifyingKey;

use super::config::{AccountConfig, KeyConfig, KeyringConfig};
use super::index::{Index, Keys, Slot, Taken};
use crate::address::{self, CoinForm, CoinScript};
use crate::handle::Entry;
use crate::{
    AccountKey, ChainKind, Curve, DerivationPath, DeriveError, KeyPath, KeyRef, KeySource,
    PublicKey, Scope, SourceError,
};

/// More addresses than an account has.
const TOO_MANY: u32 = 1 << 31;
/// Fewer addresses than this are not worth another thread.
const WORTH_A_THREAD: usize = 256;

/// Why there is no keyring.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyringError {
    /// A key or an account is in a source that isn't there.
    #[error("{name}: there is no source {wanted}")]
    NoSource {
        /// The key's name.
        name: String,
        /// The source's name.
        wanted: String,
    },
    /// Two sources have one name.
    #[error("there are two sources {name}")]
    TwoSources {
        /// The name.
        name: String,
    },
    /// A member of the configuration makes no sense.
    #[error("{name}: {member}: expected {expected}, found {found}")]
    Value {
        /// The key's name.
        name: String,
        /// The member.
        member: &'static str,
        /// What it has to be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// The source doesn't say what the public half is before it is opened.
    #[error("{name}: expected {member}, as the source {wanted} does not say it")]
    NoPublicKey {
        /// The key's name.
        name: String,
        /// The member that is missing.
        member: &'static str,
        /// The source's name.
        wanted: String,
    },
    /// The source has another key there than the configuration says.
    #[error("{name}: expected the key {expected} in its source, found {found}")]
    OtherKey {
        /// The key's name.
        name: String,
        /// The public half in the configuration.
        expected: String,
        /// The public half in the source.
        found: String,
    },
    /// Two keys have one address, so that it would not be clear which one signs.
    #[error("{name} and {other} have one address, {address}")]
    Twice {
        /// A key's name.
        name: String,
        /// The other's.
        other: String,
        /// The address.
        address: String,
    },
    /// A key can't be derived.
    #[error("{name}: {reason}")]
    Derive {
        /// The key's name.
        name: String,
        /// Why not.
        reason: DeriveError,
    },
    /// The source was asked for a public half, and did not answer.
    #[error("{name}: {reason}")]
    Source {
        /// The key's name.
        name: String,
        /// Why not.
        reason: SourceError,
    },
}

/// Says what is wrong with a member of a key.
fn value(
    name: &str,
    member: &'static str,
    expected: &'static str,
    found: impl fmt::Display,
) -> KeyringError {
    KeyringError::Value { name: name.to_owned(), member, expected, found: found.to_string() }
}

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
    let mut builder = Builder { sources: by_name, index: Index::default() };
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
}

impl Builder {
    fn source(&self, name: &str, wanted: &str) -> Result<KeySource, KeyringError> {
        let source = self.sources.get(wanted).cloned();
        let (name, wanted) = (name.to_owned(), wanted.to_owned());
        source.ok_or(KeyringError::NoSource { name, wanted })
    }

    async fn add_key(&mut self, name: &str, config: &KeyConfig) -> Result<(), KeyringError> {
        let scope = config.scope();
        require_curve(name, config.curve, &scope)?;
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
        let path = path.map_err(|_| value(name, "path", expected, &config.path))?;
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
        let source = self.source(name, &config.source)?;
        let id: Arc<str> = config.id.as_deref().unwrap_or(name).into();
        let mut keys = Vec::new();
        for index in 0..config.receive {
            let path = KeyPath::Derived { path: indexed(name, &config.path, index)? };
            let said = usize::try_from(index).ok().and_then(|at| config.public_keys.get(at));
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

/// Which addresses of keys are to be listed.
struct Wanted<'a> {
    scope: &'a Scope,
    /// How coins are locked; in every form if this is absent.
    form: Option<CoinForm>,
}

/// A public key and its addresses.
struct Child {
    public_key: [u8; 33],
    evm: Option<countersign_units::EvmAddress>,
    coins: [Option<CoinScript>; 3],
}

impl Wanted<'_> {
    fn child(&self, point: &Point) -> Child {
        let evm = has_evm_address(self.scope).then(|| address::evm_of(point));
        let coins = match (self.scope.covers(ChainKind::Bitcoin), self.form) {
            (false, _) => [None; 3],
            (true, Some(form)) => [Some(CoinScript::of(form, point)), None, None],
            (true, None) => [CoinForm::P2wpkh, CoinForm::P2shP2wpkh, CoinForm::P2tr]
                .map(|form| Some(CoinScript::of(form, point))),
        };
        Child { public_key: point.serialize(), evm, coins }
    }
}

/// Derives the keys of a chain, on all cores.
fn derive_all(
    account: &AccountKey,
    chain: u32,
    count: u32,
    wanted: &Wanted<'_>,
) -> Result<Vec<Child>, DeriveError> {
    let chain = account.chain(chain)?;
    let indices: Vec<u32> = (0..count).collect();
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let share = indices.len().div_ceil(threads).max(WORTH_A_THREAD);
    let derive = |part: &[u32]| -> Result<Vec<Child>, DeriveError> {
        part.iter().map(|index| Ok(wanted.child(&chain.child(*index)?))).collect()
    };
    let derive = &derive;
    let parts: Vec<Result<Vec<Child>, DeriveError>> = thread::scope(|scope| {
        let running: Vec<_> =
            indices.chunks(share).map(|part| scope.spawn(move || derive(part))).collect();
        // A thread ends early only where memory is short, and then the whole process does.
        running.into_iter().map(|part| part.join().unwrap_or(Err(DeriveError::NoKey))).collect()
    });
    let mut children = Vec::with_capacity(indices.len());
    for part in parts {
        children.extend(part?);
    }
    Ok(children)
}

/// Says whether keys have an address of EVM chains, which Tron and NEAR intents know them by too.
fn has_evm_address(scope: &Scope) -> bool {
    [ChainKind::Evm, ChainKind::Tron, ChainKind::Near].iter().any(|chain| scope.covers(*chain))
}

/// Requires chains that sign by the curve.
fn require_curve(name: &str, curve: Curve, scope: &Scope) -> Result<(), KeyringError> {
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
fn curve_of(name: &str, scope: &Scope) -> Result<Curve, KeyringError> {
    let fits = |curve: &Curve| require_curve(name, *curve, scope).is_ok();
    // Intents are signed by either; their implicit accounts are of Ed25519.
    let curves = [Curve::Ed25519, Curve::Secp256k1];
    let expected = "chains that sign by one curve";
    curves.into_iter().find(fits).ok_or_else(|| value(name, "chains", expected, "others"))
}

async fn public_key(
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
fn agree<T: PartialEq + fmt::Display>(
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

fn account_key(
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

fn no_public_key(name: &str, member: &'static str, source: &KeySource) -> KeyringError {
    let (name, wanted) = (name.to_owned(), source.name().to_owned());
    KeyringError::NoPublicKey { name, member, wanted }
}

/// Says how the coins of an account are locked, if it has any.
fn coin_form(
    name: &str,
    config: &AccountConfig,
    path: &DerivationPath,
    scope: &Scope,
) -> Result<Option<CoinForm>, KeyringError> {
    if !scope.covers(ChainKind::Bitcoin) {
        return Ok(None);
    }
    let by_purpose = match path.purpose() {
        Some(84) => Some(CoinForm::P2wpkh),
        Some(49) => Some(CoinForm::P2shP2wpkh),
        Some(86) => Some(CoinForm::P2tr),
        _ => None,
    };
    let expected = "p2wpkh, p2sh-p2wpkh or p2tr, as the path does not say it";
    let form = config.form.or(by_purpose);
    form.map(Some).ok_or_else(|| value(name, "form", expected, "none"))
}

fn indexed(name: &str, path: &str, index: u32) -> Result<DerivationPath, KeyringError> {
    let expected = "hardened steps with one * among them, as m/44'/501'/*'/0'";
    let wrong = || value(name, "path", expected, path);
    if path.matches('*').count() != 1 {
        return Err(wrong());
    }
    let path: Option<DerivationPath> = path.replace('*', &index.to_string()).parse().ok();
    path.filter(DerivationPath::is_hardened).ok_or_else(wrong)
}

fn parse_public_key(name: &str, curve: Curve, text: &str) -> Result<PublicKey, KeyringError> {
    match curve {
        Curve::Secp256k1 => {
            let mut bytes = [0; 33];
            let digits = text.strip_prefix("0x").unwrap_or(text);
            let read = hex::decode_to_slice(digits, &mut bytes).ok();
            let point = read.and_then(|()| Point::from_slice(&bytes).ok());
            let expected = "a compressed point of secp256k1 in hex";
            point.ok_or_else(|| value(name, "public_key", expected, text))?;
            Ok(PublicKey::Secp256k1(bytes))
        }
        Curve::Ed25519 => {
            let bytes = read_ed25519(text).filter(|bytes| VerifyingKey::from_bytes(bytes).is_ok());
            let expected = "a point of Ed25519 in hex or base58";
            let bytes = bytes.ok_or_else(|| value(name, "public_key", expected, text))?;
            Ok(PublicKey::Ed25519(bytes))
        }
    }
}

fn read_ed25519(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), &mut bytes).is_ok() {
        return Some(bytes);
    }
    (bs58::decode(text).onto(&mut bytes) == Ok(32)).then_some(bytes)
}
