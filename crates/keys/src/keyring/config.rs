use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use countersign_approval::Environment;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::address::CoinForm;
use crate::own_file::{Foreign, require_own};
use crate::{AccountKey, ChainKind, Curve, DerivationPath, Scope};

/// Which keys there are, where they are kept, and what each may sign for.
///
/// It holds no secret. An unknown key in the file is an error.
///
/// ```toml
/// require_pinned = true
///
/// [sources.vault]
/// kind = "keystore"
/// path = "vault.json"
///
/// [keys.treasury]
/// source = "vault"
/// curve = "secp256k1"
/// chains = ["evm", "tron"]
/// environment = "mainnet"
/// public_key = "02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5"
///
/// [accounts.customers]
/// source = "vault"
/// id = "seed"
/// path = "m/84'/0'/0'"
/// chains = ["bitcoin"]
/// environment = "mainnet"
/// receive = 100000
/// change = 1000
/// xpub = "xpub…"
/// ```
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "configuration is data that a caller fills in")]
pub struct KeyringConfig {
    /// Whether all public halves must stand here, so that no address is believed because a source says
    /// so: anybody who can change a keystore's file can change what it says in the clear.
    #[serde(default)]
    pub require_pinned: bool,
    /// The sources by name. What stands here is for the program that opens them.
    #[serde(default)]
    pub sources: BTreeMap<String, SourceConfig>,
    /// Single keys by name.
    #[serde(default)]
    pub keys: BTreeMap<String, KeyConfig>,
    /// Accounts of many addresses by name.
    #[serde(default)]
    pub accounts: BTreeMap<String, AccountConfig>,
}

/// A source: its kind, and what it takes to open it.
#[derive(Clone, PartialEq, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "configuration is data that a caller fills in")]
pub struct SourceConfig {
    /// `memory`, `keystore`, `pkcs11`, `kms` or `remote`.
    pub kind: String,
    /// What a source of that kind needs.
    #[serde(flatten)]
    pub settings: toml::Table,
}

/// A single key.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "configuration is data that a caller fills in")]
pub struct KeyConfig {
    /// The name of its source.
    pub source: String,
    /// Its name in the source; its own name if this is absent.
    #[serde(default)]
    pub id: Option<String>,
    /// Its curve.
    pub curve: Curve,
    /// The kinds of chains that it may sign for.
    pub chains: Vec<ChainKind>,
    /// The networks that it may sign on, by their names in the registry; empty means all of these
    /// kinds.
    #[serde(default)]
    pub networks: Vec<String>,
    /// The environment that it may sign in.
    pub environment: Environment,
    /// Where it is derived, if what stands in the source is a seed.
    #[serde(default)]
    pub path: Option<DerivationPath>,
    /// Its public half: in hex, or that of Ed25519 in base58. Where it is absent the source is asked.
    #[serde(default)]
    pub public_key: Option<String>,
}

/// An account: many keys out of one seed.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "configuration is data that a caller fills in")]
pub struct AccountConfig {
    /// The name of its source.
    pub source: String,
    /// The seed's name in the source; the account's own name if this is absent.
    #[serde(default)]
    pub id: Option<String>,
    /// The kinds of chains that its keys may sign for. They decide on the curve.
    pub chains: Vec<ChainKind>,
    /// The networks that they may sign on, by their names in the registry; empty means all of these
    /// kinds.
    #[serde(default)]
    pub networks: Vec<String>,
    /// The environment that they may sign in.
    pub environment: Environment,
    /// On secp256k1 the path of the account: an address is two steps on, a chain and an index. On
    /// Ed25519 the whole path with `*` in the place of the index: `m/44'/501'/*'/0'`.
    pub path: String,
    /// The account's extended public key. Where it is absent the source is asked.
    #[serde(default)]
    pub xpub: Option<AccountKey>,
    /// The public halves in hex or base58, on Ed25519. Where they are absent the source is asked.
    #[serde(default)]
    pub public_keys: Vec<String>,
    /// How addresses on Bitcoin lock their coins. Where it is absent the path's purpose says it.
    #[serde(default)]
    pub form: Option<CoinForm>,
    /// How many addresses there are to be given out.
    pub receive: u32,
    /// How many addresses there are for change.
    #[serde(default)]
    pub change: u32,
}

/// Why there is no configuration of a keyring.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The text is not TOML, or has an unknown key, or a value of the wrong type.
    #[error("keyring: {reason}")]
    Toml {
        /// What the reader said, with the line.
        reason: String,
    },
    /// The file can't be read.
    #[error("cannot read {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Others than the owner can write the file.
    #[error("expected {} to be writable by its owner alone, found mode {mode:o}", path.display())]
    Permissions {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// Somebody else owns the file, and can write it.
    #[error(
        "expected {} to be a file of this user or of root, found one of user {owner}",
        path.display()
    )]
    Owner {
        /// The file.
        path: PathBuf,
        /// The number of its owner.
        owner: u32,
    },
}

impl ConfigError {
    fn foreign(path: &Path, found: Foreign) -> Self {
        let path = path.to_owned();
        match found {
            Foreign::Mode(mode) => Self::Permissions { path, mode },
            Foreign::Owner(owner) => Self::Owner { path, owner },
        }
    }

    /// Says where the reader stopped and why, and repeats no value: what stands in the wrong place may
    /// be a secret.
    fn toml(error: &toml::de::Error, text: &str) -> Self {
        let reason = without_values(error.message());
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map(|before| before.matches('\n').count().saturating_add(1));
        let reason = match line {
            Some(line) => format!("line {line}: {reason}"),
            None => reason,
        };
        Self::Toml { reason }
    }
}

impl KeyringConfig {
    /// Reads a configuration.
    ///
    /// # Errors
    ///
    /// Returns a [`ConfigError`] if the text is not TOML, or has an unknown key, or a value of the
    /// wrong type.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        toml::from_str(text).map_err(|error| ConfigError::toml(&error, text))
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// Returns a [`ConfigError`] if it can't be read, if others than the user of this process and root
    /// can write it, or if its text is no configuration.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let failed = |source| ConfigError::Io { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(failed)?;
        let found = require_own(&file.metadata().map_err(failed)?);
        found.map_err(|found| ConfigError::foreign(path, found))?;
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(failed)?;
        Self::from_toml(&text)
    }
}

impl SourceConfig {
    /// Reads the settings as those of a kind of source.
    ///
    /// # Errors
    ///
    /// Returns a [`ConfigError`] if they are not.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, ConfigError> {
        let read = self.settings.clone().try_into();
        read.map_err(|error| ConfigError::toml(&error, ""))
    }
}

impl fmt::Debug for SourceConfig {
    /// Names the settings; what they are may be a secret that does not belong there.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings: Vec<&String> = self.settings.keys().collect();
        let mut shown = formatter.debug_struct("SourceConfig");
        shown.field("kind", &self.kind).field("settings", &settings).finish()
    }
}

/// Takes the values out of what a reader says: it quotes strings, numbers and choices that it doesn't
/// know. What it expected, and the names of members, are left.
fn without_values(message: &str) -> String {
    let (found, expected) = match message.split_once(", expected") {
        Some((found, expected)) => (found, format!(", expected{expected}")),
        None => (message, String::new()),
    };
    let shown = ["unknown variant ", "invalid type: ", "invalid value: "].into_iter();
    let mut shown = shown.filter(|start| found.starts_with(start));
    let found = match shown.next() {
        Some(start) => format!("{}{}", start.trim_end(), kind_of(found.trim_start_matches(start))),
        None => mistyped(found),
    };
    format!("{found}{expected}")
}

/// Keeps the name of a member that is not known if a person can have mistyped it: one that is longer, or
/// has digits, may be a secret.
fn mistyped(found: &str) -> String {
    const LONGEST: usize = 24;
    let name = found.strip_prefix("unknown field `").and_then(|name| name.strip_suffix('`'));
    let plain = |sign: char| sign.is_ascii_lowercase() || sign == '_';
    match name {
        Some(name) if name.len() > LONGEST || !name.chars().all(plain) => {
            "unknown field".to_owned()
        }
        _ => found.to_owned(),
    }
}

/// Keeps the word that stands before a value, as `string` does.
fn kind_of(found: &str) -> String {
    let kind = found.split(['"', '`']).next().unwrap_or_default().trim();
    if kind.is_empty() { String::new() } else { format!(" {kind}") }
}

impl KeyConfig {
    pub(super) fn scope(&self) -> Scope {
        Scope::new(self.environment, self.chains.iter().copied())
            .on_networks(self.networks.iter().map(String::as_str))
    }
}

impl AccountConfig {
    pub(super) fn scope(&self) -> Scope {
        Scope::new(self.environment, self.chains.iter().copied())
            .on_networks(self.networks.iter().map(String::as_str))
    }
}
