use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use bitcoin::secp256k1::PublicKey as Point;
use ed25519_dalek::SigningKey;
use zeroize::Zeroize as _;

use super::secret::Seed;
use crate::derive::Node;
use crate::memory_lock::{Erase, Guarded, scrub, scrub_deep};
use crate::secp::secp;
use crate::{AccountKey, Curve, DerivationPath, DeriveError, PublicKey};

/// A seed and the chains of its accounts: to sign for one of many addresses, only the last step is
/// derived.
pub(crate) struct Tree {
    seed: Seed,
    chains: RwLock<HashMap<(DerivationPath, u32), Arc<Chain>>>,
}

/// A chain of addresses.
struct Chain {
    node: Guarded<Node>,
    public_key: [u8; 33],
}

impl Tree {
    pub(crate) fn new(seed: Seed) -> Self {
        Self { seed, chains: RwLock::default() }
    }

    pub(crate) const fn seed(&self) -> &Seed {
        &self.seed
    }

    /// Says of the seed's page and of each chain's whether it is kept out of the swap.
    pub(crate) fn pages(&self) -> Vec<bool> {
        let chains = self.chains.read().unwrap_or_else(PoisonError::into_inner);
        let chains = chains.values().map(|chain| chain.node.is_locked());
        std::iter::once(self.seed.is_locked()).chain(chains).collect()
    }

    /// Derives a key by its whole path.
    pub(crate) fn node(&self, curve: Curve, path: &DerivationPath) -> Result<Node, DeriveError> {
        Node::of_seed(curve, self.seed.expose())?.derive(curve, path.steps())
    }

    pub(crate) fn public_key(
        &self,
        curve: Curve,
        path: &DerivationPath,
    ) -> Result<PublicKey, DeriveError> {
        let node = self.node(curve, path)?;
        let public_key = match curve {
            Curve::Secp256k1 => PublicKey::Secp256k1(public_key(&node)?),
            Curve::Ed25519 => {
                PublicKey::Ed25519(SigningKey::from_bytes(&node.key).verifying_key().to_bytes())
            }
        };
        drop(node);
        scrub();
        Ok(public_key)
    }

    /// Returns the public half of an account.
    pub(crate) fn account(
        &self,
        path: &DerivationPath,
        test_network: bool,
    ) -> Result<AccountKey, DeriveError> {
        let curve = Curve::Secp256k1;
        let parent = match path.steps().split_last() {
            Some((_, steps)) => {
                Some(Node::of_seed(curve, self.seed.expose())?.derive(curve, steps)?)
            }
            None => None,
        };
        let node = self.node(curve, path)?;
        let account = AccountKey::of_node(&node, parent.as_ref(), path, test_network);
        drop((node, parent));
        scrub();
        account
    }

    /// Derives the key of an address of an account.
    pub(crate) fn child(
        &self,
        account: &DerivationPath,
        chain: u32,
        index: u32,
    ) -> Result<Node, DeriveError> {
        let chain = self.chain(account, chain)?;
        chain.node.get().secp256k1_child(index, Some(&chain.public_key))
    }

    fn chain(&self, account: &DerivationPath, chain: u32) -> Result<Arc<Chain>, DeriveError> {
        let place = (account.clone(), chain);
        let known = self.chains.read().unwrap_or_else(PoisonError::into_inner).get(&place).cloned();
        if let Some(chain) = known {
            return Ok(chain);
        }
        let node = self.node(Curve::Secp256k1, account)?.secp256k1_child(chain, None)?;
        let public_key = public_key(&node)?;
        let node = Guarded::new(Node::empty(), |place| *place = node);
        let made = Arc::new(Chain { node, public_key });
        scrub_deep();
        let mut chains = self.chains.write().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(chains.entry(place).or_insert(made)))
    }
}

impl Erase for Node {
    fn erase(&mut self) {
        self.zeroize();
    }
}

fn public_key(node: &Node) -> Result<[u8; 33], DeriveError> {
    let mut secret = node.secret().ok_or(DeriveError::NoKey)?;
    let public = Point::from_secret_key(secp(), &secret).serialize();
    secret.non_secure_erase();
    Ok(public)
}
