//! What was so after an earlier block, by what the later ones changed.

use std::collections::HashMap;
use std::collections::vec_deque::Iter;
use std::convert::Infallible;

use alloy::primitives::{Address, B256, U256};
use revm::DatabaseRef;
use revm::database::{CacheDB, EmptyDB};
use revm::state::{AccountInfo, Bytecode, EvmState};

use super::history::Past;

/// All accounts, their code and their storage.
pub(super) type State = CacheDB<EmptyDB>;

/// What a block changed, as it was before. Contracts here never destroy themselves, so that
/// storage changes slot by slot.
#[derive(Debug, Default)]
pub(super) struct Undo {
    accounts: HashMap<Address, Option<AccountInfo>>,
    storage: HashMap<(Address, U256), U256>,
}

/// The state after a block.
#[derive(Clone, Debug)]
pub(super) struct StateAt<'a> {
    /// After the latest block.
    pub(super) latest: &'a State,
    /// The block and those that followed it, each with what the next one changed.
    pub(super) since: Iter<'a, Past>,
}

impl Undo {
    /// Notes what is so before a change.
    ///
    /// # Errors
    ///
    /// Never: the state is in memory.
    pub(super) fn of(state: &State, changes: &EvmState) -> Result<Self, Infallible> {
        let mut undo = Self::default();
        for (address, account) in changes.iter().filter(|(_, account)| account.is_touched()) {
            undo.accounts.insert(*address, state.basic_ref(*address)?);
            let slots = account.storage.iter().filter(|(_, slot)| slot.is_changed());
            for (slot, _) in slots {
                undo.storage.insert((*address, *slot), state.storage_ref(*address, *slot)?);
            }
        }
        Ok(undo)
    }
}

impl StateAt<'_> {
    /// Finds what the first of the later blocks that changed something found there.
    fn undone<T: Clone>(&self, find: impl Fn(&Undo) -> Option<&T>) -> Option<T> {
        self.since.clone().find_map(|past| find(&past.undo)).cloned()
    }
}

impl DatabaseRef for StateAt<'_> {
    type Error = Infallible;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, Infallible> {
        let before = self.undone(|undo| undo.accounts.get(&address));
        before.map_or_else(|| self.latest.basic_ref(address), Ok)
    }

    fn code_by_hash_ref(&self, code_hash: B256) -> Result<Bytecode, Infallible> {
        self.latest.code_by_hash_ref(code_hash)
    }

    fn storage_ref(&self, address: Address, slot: U256) -> Result<U256, Infallible> {
        let before = self.undone(|undo| undo.storage.get(&(address, slot)));
        before.map_or_else(|| self.latest.storage_ref(address, slot), Ok)
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, Infallible> {
        self.latest.block_hash_ref(number)
    }
}
