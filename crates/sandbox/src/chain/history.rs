//! The blocks of a chain, and the state after each.

use std::collections::VecDeque;
use std::sync::Arc;

use alloy::primitives::{B256, keccak256};
use revm::database::{CacheDB, EmptyDB};

/// How many blocks are remembered behind the latest.
const KEPT: usize = 256;

/// All accounts, their code and their storage.
pub(super) type State = CacheDB<EmptyDB>;

/// A block. Its hash names it and its ancestors; there are no headers here, so it is no hash of
/// one.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(crate) number: u64,
    /// Seconds since 1970.
    pub(crate) time: u64,
    pub(crate) hash: B256,
    pub(crate) parent: B256,
    /// What was so after it. Blocks in which nothing ran share it.
    pub(super) state: Arc<State>,
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
    latest: Block,
    /// The oldest first.
    older: VecDeque<Block>,
}

impl Block {
    /// Returns the block that follows.
    fn next(&self, time: u64, content: B256, state: Arc<State>) -> Self {
        let number = self.number.saturating_add(1);
        // A chain's clock never goes back, whatever the host's does.
        let time = self.time.max(time);
        let named =
            [self.hash.as_slice(), &number.to_be_bytes(), &time.to_be_bytes(), content.as_slice()];
        Self { number, time, hash: keccak256(named.concat()), parent: self.hash, state }
    }
}

impl History {
    /// Begins with a block in which nothing is there.
    pub(super) fn new(chain_id: u64) -> Self {
        let latest = Block {
            number: 0,
            time: 1,
            hash: keccak256(chain_id.to_be_bytes()),
            parent: B256::ZERO,
            state: Arc::default(),
        };
        Self { latest, older: VecDeque::new() }
    }

    pub(super) const fn latest(&self) -> &Block {
        &self.latest
    }

    /// Returns the state after the latest block, to change it as a genesis file would.
    pub(super) fn genesis_mut(&mut self) -> &mut State {
        Arc::make_mut(&mut self.latest.state)
    }

    /// Adds a block with what happened in it.
    pub(super) fn add(&mut self, time: u64, content: B256, state: Arc<State>) {
        let next = self.latest.next(time, content, state);
        let older = std::mem::replace(&mut self.latest, next);
        self.older.push_back(older);
        if self.older.len() > KEPT {
            self.older.pop_front();
        }
    }

    /// Adds a block without content if the clock has moved on.
    pub(super) fn tick(&mut self, now: u64) {
        if now > self.latest.time {
            self.add(now, B256::ZERO, Arc::clone(&self.latest.state));
        }
    }

    pub(super) fn find(&self, id: BlockId) -> Option<&Block> {
        let mut blocks = self.older.iter().rev();
        match id {
            BlockId::Latest => Some(&self.latest),
            BlockId::Number(number) if number == self.latest.number => Some(&self.latest),
            BlockId::Number(number) => blocks.find(|block| block.number == number),
            BlockId::Hash(hash) if hash == self.latest.hash => Some(&self.latest),
            BlockId::Hash(hash) => blocks.find(|block| block.hash == hash),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_block_is_found_by_number_and_hash_until_it_is_forgotten() {
        let mut history = History::new(7);
        for now in 2..=400 {
            history.tick(now);
            history.tick(now);
        }
        let latest = history.latest().clone();
        assert_eq!((latest.number, latest.time), (399, 400));
        let parent = history.find(BlockId::Hash(latest.parent)).unwrap();
        assert_eq!((parent.number, parent.time), (398, 399));
        let oldest = history.find(BlockId::Number(143)).unwrap();
        assert_eq!(history.find(BlockId::Hash(oldest.hash)).unwrap().number, 143);
        assert!(history.find(BlockId::Number(142)).is_none());
        assert!(history.find(BlockId::Number(400)).is_none());
    }

    #[test]
    fn the_clock_never_goes_back() {
        let mut history = History::new(7);
        history.tick(100);
        history.add(50, B256::ZERO, Arc::default());
        assert_eq!((history.latest().number, history.latest().time), (2, 100));
    }
}
