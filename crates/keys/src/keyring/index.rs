use std::collections::BTreeMap;
use std::collections::hash_map::{Entry as MapEntry, HashMap};
use std::sync::Arc;

use countersign_units::EvmAddress;

use crate::address::CoinScript;
use crate::handle::Entry;
use crate::{DerivationPath, Key, KeyPath, KeyRef, PublicKey, Scope};

/// The bit of a place that says which chain of an account it is in.
const CHANGE: u32 = 1 << 31;

/// Where a key is: among the entries, and among the keys of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) entry: u32,
    pub(super) place: u32,
}

/// The keys of one name.
pub(super) enum Keys {
    /// One, or several that are listed.
    Listed(Vec<KeyRef>),
    /// Those of an account's two chains. All that differs is here, and nothing more: there may be
    /// millions.
    Account { id: Arc<str>, account: DerivationPath, chains: [Vec<[u8; 33]>; 2] },
}

/// All keys, and where each address is.
#[derive(Default)]
pub(super) struct Index {
    entries: Vec<(Arc<Entry>, Keys)>,
    names: BTreeMap<Arc<str>, u32>,
    evm: HashMap<EvmAddress, Slot>,
    coins: HashMap<CoinScript, Slot>,
    ed25519: HashMap<[u8; 32], Slot>,
}

/// Another key has the address already.
pub(super) struct Taken(pub(super) Slot);

impl Slot {
    /// Names a key of an account's chain: 0 is for addresses that are given out, 1 for change.
    pub(super) const fn of_account(entry: u32, chain: u32, index: u32) -> Self {
        let mark = if chain == 0 { 0 } else { CHANGE };
        Self { entry, place: index | mark }
    }

    const fn chain(self) -> (u32, u32) {
        (self.place >> 31, self.place & !CHANGE)
    }
}

impl Keys {
    fn get(&self, slot: Slot) -> Option<KeyRef> {
        match self {
            Self::Listed(keys) => keys.get(usize::try_from(slot.place).ok()?).cloned(),
            Self::Account { id, account, chains } => {
                let (chain, index) = slot.chain();
                let keys = chains.get(usize::try_from(chain).ok()?)?;
                let public_key = *keys.get(usize::try_from(index).ok()?)?;
                Some(KeyRef {
                    id: Arc::clone(id),
                    path: KeyPath::Child { account: account.clone(), chain, index },
                    public_key: PublicKey::Secp256k1(public_key),
                })
            }
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Listed(keys) => keys.len(),
            Self::Account { chains, .. } => chains.iter().map(Vec::len).sum(),
        }
    }

    fn slots(&self, entry: u32) -> impl Iterator<Item = Slot> {
        let counts = match self {
            Self::Listed(keys) => [keys.len(), 0],
            Self::Account { chains: [receive, change], .. } => [receive.len(), change.len()],
        };
        let [first, second] = counts.map(|count| u32::try_from(count).unwrap_or(CHANGE));
        let slots = (0..first).map(move |place| Slot::of_account(entry, 0, place));
        slots.chain((0..second).map(move |place| Slot::of_account(entry, 1, place)))
    }
}

impl Index {
    /// Adds keys under a name; nothing if there are any already.
    pub(super) fn add(&mut self, entry: Entry, keys: Keys) -> Option<u32> {
        let number = u32::try_from(self.entries.len()).ok()?;
        let entry = Arc::new(entry);
        match self.names.entry(Arc::clone(&entry.name)) {
            std::collections::btree_map::Entry::Occupied(_) => return None,
            std::collections::btree_map::Entry::Vacant(place) => place.insert(number),
        };
        self.entries.push((entry, keys));
        Some(number)
    }

    pub(super) fn reserve(&mut self, evm: usize, coins: usize) {
        self.evm.reserve(evm);
        self.coins.reserve(coins);
    }

    pub(super) fn add_evm(&mut self, address: EvmAddress, slot: Slot) -> Result<(), Taken> {
        put(self.evm.entry(address), slot)
    }

    pub(super) fn add_coin(&mut self, script: CoinScript, slot: Slot) -> Result<(), Taken> {
        put(self.coins.entry(script), slot)
    }

    pub(super) fn add_ed25519(&mut self, key: [u8; 32], slot: Slot) -> Result<(), Taken> {
        put(self.ed25519.entry(key), slot)
    }

    pub(super) fn evm(&self, address: EvmAddress) -> Option<Slot> {
        self.evm.get(&address).copied()
    }

    pub(super) fn coin(&self, script: CoinScript) -> Option<Slot> {
        self.coins.get(&script).copied()
    }

    pub(super) fn ed25519(&self, key: &[u8; 32]) -> Option<Slot> {
        self.ed25519.get(key).copied()
    }

    /// Reads `name`, or of an account `name/chain/index`. A list's first key has the bare name too.
    pub(super) fn named(&self, text: &str) -> Option<Slot> {
        if let Some(entry) = self.names.get(text) {
            return self.slots(*entry).next();
        }
        let (name, place) = split_name(text)?;
        let entry = *self.names.get(name)?;
        let slot = Slot::of_account(entry, place.0, place.1);
        self.key(slot).map(|_| slot)
    }

    pub(super) fn scope(&self, slot: Slot) -> Option<&Scope> {
        self.entry(slot.entry).map(|(entry, _)| &entry.scope)
    }

    pub(super) fn key(&self, slot: Slot) -> Option<Key> {
        let (entry, keys) = self.entry(slot.entry)?;
        keys.get(slot).map(|key| Key { entry: Arc::clone(entry), key })
    }

    pub(super) fn name(&self, slot: Slot) -> String {
        self.entry(slot.entry).map_or_else(String::new, |(entry, _)| entry.name.to_string())
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = Key> {
        let slots = self.names.values().flat_map(|entry| self.slots(*entry));
        slots.filter_map(|slot| self.key(slot))
    }

    /// Returns the first key of each name.
    pub(super) fn firsts(&self) -> impl Iterator<Item = Key> {
        let slots = self.names.values().filter_map(|entry| self.slots(*entry).next());
        slots.filter_map(|slot| self.key(slot))
    }

    pub(super) fn len(&self) -> usize {
        self.entries.iter().map(|(_, keys)| keys.len()).sum()
    }

    fn entry(&self, number: u32) -> Option<&(Arc<Entry>, Keys)> {
        self.entries.get(usize::try_from(number).ok()?)
    }

    fn slots(&self, entry: u32) -> impl Iterator<Item = Slot> {
        let keys = self.entry(entry).map(|(_, keys)| keys.slots(entry));
        keys.into_iter().flatten()
    }
}

fn put<K>(place: MapEntry<'_, K, Slot>, slot: Slot) -> Result<(), Taken> {
    match place {
        MapEntry::Occupied(taken) => Err(Taken(*taken.get())),
        MapEntry::Vacant(place) => {
            place.insert(slot);
            Ok(())
        }
    }
}

fn split_name(text: &str) -> Option<(&str, (u32, u32))> {
    let (rest, index) = text.rsplit_once('/')?;
    let (name, chain) = rest.rsplit_once('/')?;
    let index: u32 = index.parse().ok().filter(|index| *index < CHANGE)?;
    let chain: u32 = chain.parse().ok().filter(|chain| *chain < 2)?;
    Some((name, (chain, index)))
}
