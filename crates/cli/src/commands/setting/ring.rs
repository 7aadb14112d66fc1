//! Who pays out of a keyring.

use countersign::approval::{Environment, NetworkKind, Registry, TypedDataStandard};
use countersign::keys::{ChainKind, Key, Keyring};

use crate::keyring::KeysError;

/// Says who pays on a network: the account that is given, by its address or by its name in the keyring,
/// and else the only one that may. None if the keyring has none, and others may.
pub(super) fn owner(
    ring: &Keyring,
    (network, registry): (&str, &Registry),
    given: Option<&str>,
) -> Result<Option<String>, KeysError> {
    let place = Place { network, chain: chain_of(network, registry), registry };
    let Some(given) = given else { return place.only(ring) };
    let Some(key) = ring.find(given) else { return Ok(None) };
    place.require(&key)?;
    if ring.named(given).is_none() {
        return Ok(Some(given.to_owned()));
    }
    let none = || KeysError::Scope { key: given.to_owned(), found: network.to_owned() };
    place.address(&key).ok_or_else(none).map(Some)
}

/// Requires that a key may sign NEAR intents.
pub(super) fn require_intents(key: &Key) -> Result<(), KeysError> {
    if key.scope().covers(ChainKind::Near) {
        return Ok(());
    }
    let found = "near, which --signed-intent takes".to_owned();
    Err(KeysError::Scope { key: key.name().to_owned(), found })
}

/// Where somebody pays.
struct Place<'a> {
    network: &'a str,
    /// None of a network that the registry doesn't know, which is told by whoever asks for it.
    chain: Option<ChainKind>,
    registry: &'a Registry,
}

fn chain_of(network: &str, registry: &Registry) -> Option<ChainKind> {
    let network = registry.network(network)?;
    if network.htlc.is_some() {
        return Some(ChainKind::Bitcoin);
    }
    match network.kind.standard() {
        Some(TypedDataStandard::Eip712) => Some(ChainKind::Evm),
        Some(TypedDataStandard::Tip712) => Some(ChainKind::Tron),
        None => (network.kind == NetworkKind::Solana).then_some(ChainKind::Solana),
    }
}

impl Place<'_> {
    /// Finds the only account that may pay.
    fn only(&self, ring: &Keyring) -> Result<Option<String>, KeysError> {
        let of_chain = || ring.keys().filter(|key| self.is_of_chain(key));
        let mut fitting = of_chain().filter(|key| self.require(key).is_ok());
        let Some(first) = fitting.next() else {
            // Why a key of the chain may not sign here says more than that there is none.
            let other = of_chain().next();
            return other.map_or(Ok(None), |key| self.require(&key).map(|()| None));
        };
        if let Some(second) = fitting.next() {
            let shown = |key: &Key| self.address(key).unwrap_or_else(|| key.name().to_owned());
            let keys = (shown(&first), shown(&second));
            return Err(KeysError::Which { network: self.network.to_owned(), keys });
        }
        Ok(self.address(&first))
    }

    /// Says whether a key may sign for the chain.
    fn is_of_chain(&self, key: &Key) -> bool {
        self.chain.is_some_and(|chain| key.scope().covers(chain))
    }

    /// Requires that a key may sign here, for the chain or for intents over funds of it; which of them
    /// it is, is asked when it signs.
    fn require(&self, key: &Key) -> Result<(), KeysError> {
        let (scope, name) = (key.scope(), || key.name().to_owned());
        if !self.is_of_chain(key) && !scope.covers(ChainKind::Near) {
            let found = self.chain.map_or(self.network, |chain| chain.as_str()).to_owned();
            return Err(KeysError::Scope { key: name(), found });
        }
        let (expected, found): (Environment, _) = (scope.environment, self.registry.environment());
        if expected != found {
            return Err(KeysError::Environment { key: name(), expected, found });
        }
        let is_listed = scope.networks.iter().any(|network| network.as_ref() == self.network);
        if !scope.networks.is_empty() && !is_listed {
            return Err(KeysError::Scope { key: name(), found: self.network.to_owned() });
        }
        Ok(())
    }

    /// Returns the address of a key on the network.
    fn address(&self, key: &Key) -> Option<String> {
        key.address(self.chain?)
    }
}
