//! The keys that pay, and the addresses that they control.

use std::path::Path;

use countersign::CountersignBuilder;
use countersign::approval::{Network, NetworkKind, Registry, TypedDataStandard};
use countersign::bitcoin::LocalCoinSigner;
use countersign::evm::{LocalSigner, PermitSigner};
use countersign::http_client::ExposeSecret;
use countersign::keys::Keyring;
use countersign::near::{IntentSigner, LocalSecp256k1Signer};
use countersign::solana::LocalCosignSigner;

use super::ring;
use crate::arguments::KeyFile;
use crate::connection::{self, SetupError};

/// Some keys: those that were read by themselves, and a keyring.
#[derive(Default)]
pub(crate) struct Keys {
    held: Vec<Held>,
    ring: Option<Keyring>,
}

struct Held {
    /// The network that it was named for.
    network: Option<String>,
    key: Key,
    /// The same key for NEAR intents, where it signs them.
    intents: Option<Box<dyn IntentSigner>>,
    /// The address that it controls, where the key alone does not say.
    address: Option<String>,
}

enum Key {
    Permits(Box<LocalSigner>),
    Coins(Box<LocalCoinSigner>),
    Solana(Box<LocalCosignSigner>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Permits,
    Coins,
    Solana,
}

impl Keys {
    /// Reads keys from their files. One that names no network is for `source`, where that is known.
    pub(crate) fn from_files(
        files: &[KeyFile],
        registry: &Registry,
        source: Option<&str>,
    ) -> Result<Self, SetupError> {
        let read = |file: &KeyFile| {
            if let Some(named) = &file.network
                && registry.network(named).is_none()
            {
                return Err(SetupError::KeyOfUnknownNetwork(named.clone()));
            }
            let network = file.network.as_deref().or(source);
            let kind = Kind::of(network.and_then(|name| registry.network(name)));
            let text = connection::read_secret(&file.path)?;
            let key = Key::parse(kind, text.expose_secret(), &file.path)?;
            let intents = kind.intents(text.expose_secret());
            Ok(Held { network: network.map(str::to_owned), key, intents, address: None })
        };
        let held = files.iter().map(read).collect::<Result<_, SetupError>>()?;
        Ok(Self { held, ring: None })
    }

    /// Takes accounts of a sandbox.
    #[cfg(feature = "sandbox")]
    pub(crate) fn of_accounts(
        accounts: &[countersign_sandbox::Account],
        registry: &Registry,
    ) -> Result<Self, SetupError> {
        let take = |account: &countersign_sandbox::Account| {
            let kind = Kind::of(registry.network(&account.network));
            Ok(Held {
                network: Some(account.network.clone()),
                key: Key::parse(kind, account.private_key(), Path::new("sandbox"))?,
                intents: kind.intents(account.private_key()),
                address: Some(account.address.clone()),
            })
        };
        let held = accounts.iter().map(take).collect::<Result<_, SetupError>>()?;
        Ok(Self { held, ring: None })
    }

    /// Adds those of a keyring.
    pub(crate) fn with(self, ring: Option<Keyring>) -> Self {
        Self { ring, ..self }
    }

    /// Gives an account of the keyring what it needs in a sandbox.
    #[cfg(feature = "sandbox")]
    pub(crate) fn fund(
        &self,
        sandbox: &countersign_sandbox::Sandbox,
        network: &str,
        owner: &str,
    ) -> Result<(), countersign_sandbox::SandboxError> {
        match self.ring.as_ref().and_then(|ring| ring.find(owner)) {
            Some(key) => sandbox.fund(network, owner, key.public_key().as_bytes()),
            None => Ok(()),
        }
    }

    /// Says who pays on a network: whoever is given, and else who the key is of.
    pub(crate) fn owner(
        &self,
        network: &str,
        registry: &Registry,
        given: Option<&str>,
    ) -> Result<String, SetupError> {
        let in_ring = |ring: &Keyring| ring::owner(ring, (network, registry), given);
        if let Some(owner) = self.ring.as_ref().map(in_ring).transpose()?.flatten() {
            return Ok(owner);
        }
        if let Some(given) = given {
            return Ok(given.to_owned());
        }
        let found = registry.network(network);
        let kind = Kind::of(found);
        let mut fitting = self.held.iter().filter(|held| held.key.kind() == kind);
        let named = self.held.iter().find(|held| held.network.as_deref() == Some(network));
        let held = named.filter(|held| held.key.kind() == kind).or_else(|| fitting.next());
        let held = held.ok_or_else(|| SetupError::NoKey(network.to_owned()))?;
        let own = held.address.clone().filter(|_| held.network.as_deref() == Some(network));
        own.or_else(|| held.key.address(found))
            .ok_or(SetupError::Missing("--owner, the address of the coins"))
    }

    /// Requires that the owner's key may sign NEAR intents, where it is one of the keyring.
    pub(crate) fn require_intents(&self, owner: &str) -> Result<(), SetupError> {
        let key = self.ring.as_ref().and_then(|ring| ring.find(owner));
        Ok(key.as_ref().map_or(Ok(()), ring::require_intents)?)
    }

    /// Hands the keys over to a flow.
    pub(super) fn join(
        self,
        builder: CountersignBuilder,
    ) -> Result<CountersignBuilder, SetupError> {
        let builder = match self.ring {
            Some(ring) => builder.keyring(ring),
            None => builder,
        };
        self.held.into_iter().try_fold(builder, |builder, held| {
            let builder = match held.intents {
                Some(intents) => builder.intent_signer(intents),
                None => builder,
            };
            Ok(match held.key {
                Key::Permits(key) => builder.evm_key(*key),
                Key::Coins(key) => builder.coin_signer(key.public_key(), *key)?,
                Key::Solana(key) => builder.solana_key(key.address(), *key),
            })
        })
    }
}

impl Kind {
    /// Returns the kind of key that a network takes. One that the registry doesn't hold is refused
    /// by its name, whoever the owner is.
    fn of(network: Option<&Network>) -> Self {
        match network {
            Some(network) if network.htlc.is_some() => Self::Coins,
            Some(network) if network.kind == NetworkKind::Solana => Self::Solana,
            _ => Self::Permits,
        }
    }

    /// Reads a key for NEAR intents, where keys of this kind sign them.
    fn intents(self, text: &str) -> Option<Box<dyn IntentSigner>> {
        match self {
            Self::Permits => {
                let key = LocalSecp256k1Signer::from_hex(text).ok()?;
                Some(Box::new(key))
            }
            Self::Coins => None,
            Self::Solana => Some(Box::new(connection::ed25519_key_of(text)?)),
        }
    }
}

impl Key {
    fn parse(kind: Kind, text: &str, path: &Path) -> Result<Self, SetupError> {
        let path = path.to_owned();
        Ok(match kind {
            Kind::Permits => {
                let key = LocalSigner::from_hex(text);
                Self::Permits(Box::new(key.map_err(|source| SetupError::Key { path, source })?))
            }
            Kind::Coins => {
                let key = LocalCoinSigner::from_hex(text);
                Self::Coins(Box::new(key.map_err(|source| SetupError::CoinKey { path, source })?))
            }
            Kind::Solana => Self::Solana(Box::new(connection::solana_key_of(&path, text)?)),
        })
    }

    const fn kind(&self) -> Kind {
        match self {
            Self::Permits(_) => Kind::Permits,
            Self::Coins(_) => Kind::Coins,
            Self::Solana(_) => Kind::Solana,
        }
    }

    /// Returns the address of the key; none of one that controls several.
    fn address(&self, network: Option<&Network>) -> Option<String> {
        match self {
            Self::Permits(key) => {
                let standard = network.and_then(|network| network.kind.standard());
                Some(standard.unwrap_or(TypedDataStandard::Eip712).show(key.address()))
            }
            Self::Coins(_) => None,
            Self::Solana(key) => Some(key.address().to_string()),
        }
    }
}
