//! The blocks of a chain, and the state after each.

use std::collections::VecDeque;
use std::convert::Infallible;

use alloy::primitives::{B256, keccak256};
use revm::DatabaseCommit;
use revm::state::EvmState;

use super::Rules;
use super::past::{State, StateAt, Undo};

/// How many blocks are remembered behind the latest: what clients still ask about while hundreds
/// of transactions run each second.
const KEPT: usize = 16_384;

/// A block. Its hash names it and its ancestors; there are no headers here, so it is no hash of
/// one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    pub(crate) number: u64,
    /// Seconds since 1970.
    pub(crate) time: u64,
    pub(crate) hash: B256,
    pub(crate) parent: B256,
}

/// Which block is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BlockId {
    Latest,
    Number(u64),
    Hash(B256),
}

/// The latest blocks.
#[derive(Debug)]
pub(super) struct History {
    rules: Rules,
    first: Block,
    latest: Block,
    /// The oldest first; each number follows the one before.
    older: VecDeque<Past>,
    /// What is so after the latest block.
    state: State,
}

/// A block that others followed.
#[derive(Debug)]
pub(super) struct Past {
    block: Block,
    /// What the next block changed.
    pub(super) undo: Undo,
}

impl Block {
    /// Returns the block that follows.
    fn next(&self, time: u64, content: B256, rules: Rules) -> Self {
        let number = self.number.saturating_add(1);
        // A chain's clock never goes back, whatever the host's does.
        let time = self.time.max(time);
        let named =
            [self.hash.as_slice(), &number.to_be_bytes(), &time.to_be_bytes(), content.as_slice()];
        let hash = rules.name(number, keccak256(named.concat()));
        Self { number, time, hash, parent: self.hash }
    }
}

impl Rules {
    /// Returns the name of the first block. Where heights are in names, it ends in the chain's id.
    fn first_name(self) -> B256 {
        let mut hash = self.name(0, keccak256(self.chain_id.to_be_bytes()));
        if self.heights_in_hashes {
            let id = hash.iter_mut().rev().zip(self.chain_id.to_le_bytes());
            id.take(4).for_each(|(byte, of_id)| *byte = of_id);
        }
        hash
    }

    /// Returns the name of a block of a height.
    fn name(self, number: u64, mut hash: B256) -> B256 {
        if self.heights_in_hashes {
            let height = hash.iter_mut().zip(number.to_be_bytes());
            height.for_each(|(byte, of_height)| *byte = of_height);
        }
        hash
    }
}

impl History {
    /// Begins with a block in which nothing is there.
    pub(super) fn new(rules: Rules) -> Self {
        let hash = rules.first_name();
        let latest = Block { number: 0, time: 1, hash, parent: B256::ZERO };
        Self { rules, first: latest, latest, older: VecDeque::new(), state: State::default() }
    }

    pub(super) const fn latest(&self) -> Block {
        self.latest
    }

    /// Returns the state after the latest block.
    pub(super) const fn state(&self) -> &State {
        &self.state
    }

    /// Returns the state after the latest block, to change it as a genesis file would.
    pub(super) const fn genesis_mut(&mut self) -> &mut State {
        &mut self.state
    }

    /// Returns the state after a block, if it is still remembered.
    pub(super) fn state_at(&self, block: Block) -> Option<StateAt<'_>> {
        let since = self.place(block.number)?;
        Some(StateAt { latest: &self.state, since: self.older.range(since..) })
    }

    /// Adds a block with what happened in it.
    ///
    /// # Errors
    ///
    /// Never: the state is in memory.
    pub(super) fn add(
        &mut self,
        time: u64,
        content: B256,
        changes: EvmState,
    ) -> Result<(), Infallible> {
        let undo = Undo::of(&self.state, &changes)?;
        self.state.commit(changes);
        self.follow(time, content, undo);
        Ok(())
    }

    /// Adds a block without content if the clock has moved on.
    pub(super) fn tick(&mut self, now: u64) {
        if now > self.latest.time {
            self.follow(now, B256::ZERO, Undo::default());
        }
    }

    pub(super) fn find(&self, id: BlockId) -> Option<Block> {
        match id {
            BlockId::Latest => Some(self.latest),
            // It tells which chain it is, so it is not forgotten.
            BlockId::Number(0) => Some(self.first),
            BlockId::Number(number) => {
                let place = self.place(number)?;
                Some(self.older.get(place).map_or(self.latest, |past| past.block))
            }
            BlockId::Hash(hash) if hash == self.latest.hash => Some(self.latest),
            BlockId::Hash(hash) => {
                let mut blocks = self.older.iter().rev().map(|past| past.block);
                blocks.find(|block| block.hash == hash)
            }
        }
    }

    /// Returns where a block stands among the older ones; the latest stands behind them.
    fn place(&self, number: u64) -> Option<usize> {
        let behind = usize::try_from(self.latest.number.checked_sub(number)?).ok()?;
        self.older.len().checked_sub(behind)
    }

    fn follow(&mut self, time: u64, content: B256, undo: Undo) {
        let next = self.latest.next(time, content, self.rules);
        let block = std::mem::replace(&mut self.latest, next);
        self.older.push_back(Past { block, undo });
        if self.older.len() > KEPT {
            self.older.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{Address, U256};
    use revm::DatabaseRef;
    use revm::state::{Account, EvmStorageSlot, TransactionId};

    use super::*;

    #[test]
    fn each_block_is_found_by_number_and_hash_until_it_is_forgotten() {
        let mut history = History::new(Rules { chain_id: 7, ..Rules::default() });
        for now in 2..=20_000 {
            history.tick(now);
            history.tick(now);
        }
        let latest = history.latest();
        assert_eq!((latest.number, latest.time), (19_999, 20_000));
        let parent = history.find(BlockId::Hash(latest.parent)).unwrap();
        assert_eq!((parent.number, parent.time), (19_998, 19_999));
        let oldest = history.find(BlockId::Number(3_615)).unwrap();
        assert_eq!(history.find(BlockId::Hash(oldest.hash)).unwrap().number, 3_615);
        assert!(history.find(BlockId::Number(3_614)).is_none());
        assert!(history.find(BlockId::Number(20_000)).is_none());
        assert_eq!(history.find(BlockId::Number(0)).unwrap().number, 0);
    }

    #[test]
    fn the_first_block_of_tron_begins_with_its_height_and_ends_in_the_chain_id() {
        let rules = Rules { chain_id: 728_126_428, heights_in_hashes: true, ..Rules::default() };
        let first = History::new(rules).latest().hash;
        assert_eq!(&first[..8], [0; 8]);
        assert_eq!(&first[28..], [0x2b, 0x66, 0x53, 0xdc]);
    }

    #[test]
    fn the_clock_never_goes_back() {
        let mut history = History::new(Rules { chain_id: 7, ..Rules::default() });
        history.tick(100);
        history.add(50, B256::ZERO, EvmState::default()).unwrap();
        assert_eq!((history.latest().number, history.latest().time), (2, 100));
    }

    #[test]
    fn each_block_is_followed_by_its_own_state() {
        let (address, slot) = (Address::repeat_byte(7), U256::from(1));
        let mut history = History::new(Rules { chain_id: 7, ..Rules::default() });
        for value in 1..=50_u64 {
            let mut account = Account::default().with_touched_mark();
            account.info.balance = U256::from(value);
            let before = history.state().storage_ref(address, slot).unwrap();
            let changed =
                EvmStorageSlot::new_changed(before, U256::from(value / 3), TransactionId::ZERO);
            account.storage.insert(slot, changed);
            history.add(value, B256::ZERO, [(address, account)].into_iter().collect()).unwrap();
        }
        for number in 1..=50_u64 {
            let block = history.find(BlockId::Number(number)).unwrap();
            let state = history.state_at(block).unwrap();
            let balance = state.basic_ref(address).unwrap().unwrap().balance;
            assert_eq!(balance, U256::from(number));
            assert_eq!(state.storage_ref(address, slot).unwrap(), U256::from(number / 3));
        }
        let first = history.find(BlockId::Number(0)).unwrap();
        assert_eq!(history.state_at(first).unwrap().basic_ref(address).unwrap(), None);
    }
}
