//! Secrets in memory, and what is signed with them: behind the memory source and the keystore.

mod secret;
mod tree;

use std::collections::HashMap;
use std::sync::Arc;

use crate::derive::Node;
use crate::memory_lock::scrub;
use crate::source::{EcdsaSignature, Message, Prehash, SchnorrTweak};
use crate::{
    AccountKey, Curve, DerivationPath, DeriveError, KeyPath, KeyRef, PublicKey, SourceError,
};
pub(crate) use secret::{Ed25519Secret, SecpSecret, Seed};
pub(crate) use tree::Tree;

/// What stands under one name.
pub(crate) enum Item {
    /// A seed, from which keys of both curves are derived.
    Seed(Tree),
    /// One key of secp256k1.
    Secp256k1(SecpSecret),
    /// One key of Ed25519.
    Ed25519(Ed25519Secret),
}

/// Secrets by name.
pub(crate) struct Vault {
    /// The source's name, for errors.
    name: Arc<str>,
    items: HashMap<Box<str>, Item>,
}

impl Vault {
    pub(crate) fn new(name: &str) -> Self {
        Self { name: name.into(), items: HashMap::new() }
    }

    pub(crate) fn rename(&mut self, name: &str) {
        self.name = name.into();
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Puts a secret under a name; an earlier one is dropped.
    pub(crate) fn insert(&mut self, id: &str, item: Item) {
        self.items.insert(id.into(), item);
    }

    pub(crate) fn items(&self) -> impl Iterator<Item = (&str, &Item)> {
        self.items.iter().map(|(id, item)| (id.as_ref(), item))
    }

    /// Says how many pages hold secrets, those of the accounts that were signed for among them, and
    /// how many of them are kept out of the swap.
    pub(crate) fn locked(&self) -> (usize, usize) {
        let pages = self.items.values().flat_map(Item::pages);
        pages.fold((0, 0), |(all, locked), is_locked| {
            (all.saturating_add(1), locked.saturating_add(usize::from(is_locked)))
        })
    }

    fn item(&self, id: &str) -> Result<&Item, SourceError> {
        self.items.get(id).ok_or_else(|| self.no_key(id))
    }

    fn no_key(&self, id: &str) -> SourceError {
        SourceError::NoKey { source_name: self.name.to_string(), key: id.to_owned() }
    }

    fn underivable(&self, id: &str, error: DeriveError) -> SourceError {
        let reason = format!("{id}: {error}");
        SourceError::Declined { source_name: self.name.to_string(), reason }
    }

    /// Returns the public half of what stands under a name by itself.
    pub(crate) fn public_key(&self, id: &str) -> Result<PublicKey, SourceError> {
        self.item(id)?.public_key().ok_or_else(|| self.no_key(id))
    }

    /// Returns the public half of a key that is derived.
    pub(crate) fn derived(
        &self,
        id: &str,
        curve: Curve,
        path: &DerivationPath,
    ) -> Result<PublicKey, SourceError> {
        let tree = self.tree(id)?;
        tree.public_key(curve, path).map_err(|error| self.underivable(id, error))
    }

    /// Returns the public half of an account.
    pub(crate) fn account(
        &self,
        id: &str,
        path: &DerivationPath,
        test_network: bool,
    ) -> Result<AccountKey, SourceError> {
        let tree = self.tree(id)?;
        tree.account(path, test_network).map_err(|error| self.underivable(id, error))
    }

    fn tree(&self, id: &str) -> Result<&Tree, SourceError> {
        match self.item(id)? {
            Item::Seed(tree) => Ok(tree),
            Item::Secp256k1(_) | Item::Ed25519(_) => Err(self.no_key(id)),
        }
    }

    pub(crate) fn sign_ecdsa(
        &self,
        key: &KeyRef,
        digest: Prehash<'_>,
    ) -> Result<EcdsaSignature, SourceError> {
        let signed = match (self.item(key.id())?, key.path()) {
            (Item::Secp256k1(secret), KeyPath::Single) => Ok(secret.sign_ecdsa(digest)),
            (Item::Seed(tree), path) => {
                let sign = |node: &Node| node.secret().map(|secret| secret::ecdsa(secret, digest));
                self.with_node(key, tree, path, sign)
            }
            _ => Err(self.no_key(key.id())),
        };
        scrub();
        signed
    }

    pub(crate) fn sign_schnorr(
        &self,
        key: &KeyRef,
        tweak: SchnorrTweak,
        digest: Prehash<'_>,
    ) -> Result<[u8; 64], SourceError> {
        let random = secret::auxiliary().map_err(|reason| SourceError::Unavailable {
            source_name: self.name.to_string(),
            reason,
        })?;
        let signed = match (self.item(key.id())?, key.path()) {
            (Item::Secp256k1(secret), KeyPath::Single) => {
                Ok(secret.sign_schnorr(tweak, digest, &random))
            }
            (Item::Seed(tree), path) => {
                let sign = |node: &Node| {
                    let mut secret = SecpSecret::pairs(&node.key)?;
                    let signature = secret.sign(tweak, digest, &random);
                    secret.erase();
                    Some(signature)
                };
                self.with_node(key, tree, path, sign)
            }
            _ => Err(self.no_key(key.id())),
        };
        scrub();
        signed
    }

    pub(crate) fn sign_ed25519(
        &self,
        key: &KeyRef,
        message: Message<'_>,
    ) -> Result<[u8; 64], SourceError> {
        let signed = match (self.item(key.id())?, key.path()) {
            (Item::Ed25519(secret), KeyPath::Single) => Ok(secret.sign(message)),
            (Item::Seed(tree), KeyPath::Derived { path }) => {
                let node = tree.node(Curve::Ed25519, path);
                let node = node.map_err(|error| self.underivable(key.id(), error))?;
                Ok(secret::ed25519(&node.key, message))
            }
            _ => Err(self.no_key(key.id())),
        };
        scrub();
        signed
    }

    fn with_node<T>(
        &self,
        key: &KeyRef,
        tree: &Tree,
        path: &KeyPath,
        sign: impl FnOnce(&Node) -> Option<T>,
    ) -> Result<T, SourceError> {
        let node = match path {
            KeyPath::Single => return Err(self.no_key(key.id())),
            KeyPath::Derived { path } => tree.node(Curve::Secp256k1, path),
            KeyPath::Child { account, chain, index } => tree.child(account, *chain, *index),
        };
        let node = node.map_err(|error| self.underivable(key.id(), error))?;
        sign(&node).ok_or_else(|| self.underivable(key.id(), DeriveError::NoKey))
    }
}

impl Item {
    fn public_key(&self) -> Option<PublicKey> {
        match self {
            Self::Seed(_) => None,
            Self::Secp256k1(secret) => Some(PublicKey::Secp256k1(secret.public_key())),
            Self::Ed25519(secret) => Some(PublicKey::Ed25519(secret.public_key())),
        }
    }

    /// Says of each page whether it is kept out of the swap.
    fn pages(&self) -> Vec<bool> {
        match self {
            Self::Seed(tree) => tree.pages(),
            Self::Secp256k1(secret) => vec![secret.is_locked()],
            Self::Ed25519(secret) => vec![secret.is_locked()],
        }
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Vault({}, {} secrets)", self.name, self.items.len())
    }
}
