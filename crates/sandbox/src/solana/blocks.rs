//! The blocks: which slot it is, and which blockhashes are recent.

use std::collections::{HashMap, VecDeque};

use countersign_units::UnixSeconds;
use solana_sdk::hash::Hash;

/// How many slots a blockhash can be used for.
pub(crate) const BLOCKHASH_SLOTS: u64 = 150;
/// How many slots are remembered: those that the chain itself shows to programs.
const KEPT: u64 = 512;
/// Two seconds have five slots.
const SLOTS: u64 = 5;
const SECONDS: u64 = 2;

/// A block. Its blockhash is made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) slot: u64,
    /// How many slots there were before: no slot is skipped here.
    pub(crate) height: u64,
    pub(crate) hash: Hash,
}

/// The latest blocks.
#[derive(Debug)]
pub(super) struct Blocks {
    first_slot: u64,
    start: UnixSeconds,
    /// How many slots the chain is ahead of its clock.
    ahead: u64,
    latest: Block,
    /// The oldest first, with the latest.
    recent: VecDeque<Block>,
    by_hash: HashMap<Hash, Block>,
}

impl Blocks {
    /// Begins with one block at a slot.
    pub(super) fn new(now: UnixSeconds, first_slot: u64) -> Self {
        let latest = Block { slot: first_slot, height: 0, hash: random_hash() };
        let by_hash = HashMap::from([(latest.hash, latest)]);
        Self { first_slot, start: now, ahead: 0, latest, recent: VecDeque::from([latest]), by_hash }
    }

    pub(super) const fn first_slot(&self) -> u64 {
        self.first_slot
    }

    pub(super) const fn latest(&self) -> Block {
        self.latest
    }

    /// Returns the blocks before this slot, one a slot, the newest first.
    pub(super) fn before(&self) -> Vec<Block> {
        let mut before: Vec<_> = self.recent.iter().rev().copied().collect();
        before.dedup_by_key(|block| block.slot);
        before.into_iter().filter(|block| block.slot < self.latest.slot).collect()
    }

    /// Returns the block of a blockhash that a transaction may still name.
    pub(super) fn recent(&self, hash: &Hash) -> Option<&Block> {
        let oldest = self.latest.slot.saturating_sub(BLOCKHASH_SLOTS);
        self.by_hash.get(hash).filter(|block| block.slot >= oldest)
    }

    /// Adds a block if the clock has moved on, and says whether it has.
    pub(super) fn tick(&mut self, now: UnixSeconds) -> bool {
        let slot = self.slot_at(now);
        let moved = slot > self.latest.slot;
        if moved {
            self.add(slot);
        }
        moved
    }

    /// Adds a block with a blockhash that nobody knows, in the slot that it is. A cluster has one
    /// blockhash a slot, but slots enough; here several share one, so that they live as long.
    pub(super) fn renew(&mut self, now: UnixSeconds) -> Block {
        if !self.tick(now) {
            self.add(self.latest.slot);
        }
        self.latest
    }

    /// Adds a block as many slots later, however the clock stands.
    pub(super) fn skip(&mut self, now: UnixSeconds, slots: u64) {
        self.tick(now);
        self.ahead = self.ahead.saturating_add(slots);
        self.add(self.latest.slot.saturating_add(slots));
    }

    fn slot_at(&self, now: UnixSeconds) -> u64 {
        let passed = now.value().saturating_sub(self.start.value()).saturating_mul(SLOTS);
        self.first_slot.saturating_add(passed.div_euclid(SECONDS)).saturating_add(self.ahead)
    }

    fn add(&mut self, slot: u64) {
        let height = slot.saturating_sub(self.first_slot);
        self.latest = Block { slot, height, hash: random_hash() };
        self.recent.push_back(self.latest);
        self.by_hash.insert(self.latest.hash, self.latest);
        let oldest = slot.saturating_sub(KEPT);
        while let Some(block) = self.recent.pop_front_if(|block| block.slot < oldest) {
            self.by_hash.remove(&block.hash);
        }
    }
}

fn random_hash() -> Hash {
    Hash::new_from_array(rand::random())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixSeconds = UnixSeconds::new(1_800_000_000);

    #[test]
    fn slots_follow_the_clock_and_never_go_back() {
        let mut blocks = Blocks::new(NOW, 100);
        for (seconds, slot) in [(0, 100), (2, 105), (1, 105), (4, 110)] {
            blocks.tick(NOW.saturating_add(seconds));
            assert_eq!(blocks.latest().slot, slot);
        }
        blocks.skip(NOW, 1);
        assert_eq!(blocks.latest().slot, 111);
        blocks.tick(NOW.saturating_add(6));
        assert_eq!((blocks.latest().slot, blocks.latest().height), (116, 16));
    }

    #[test]
    fn a_blockhash_is_recent_for_a_minute() {
        let mut blocks = Blocks::new(NOW, 100);
        let first = blocks.latest();
        for _ in 0..1_000 {
            assert_ne!(blocks.renew(NOW).hash, first.hash);
        }
        blocks.tick(NOW.saturating_add(59));
        assert_eq!(blocks.recent(&first.hash), Some(&first));
        blocks.tick(NOW.saturating_add(61));
        assert_eq!(blocks.recent(&first.hash), None);
        assert_eq!(blocks.recent(&Hash::default()), None);
    }

    #[test]
    fn programs_see_one_block_a_slot_and_no_more_than_512() {
        let mut blocks = Blocks::new(NOW, 100);
        assert_eq!(blocks.before(), []);
        for seconds in 0..2_000 {
            blocks.renew(NOW.saturating_add(seconds));
            blocks.renew(NOW.saturating_add(seconds));
        }
        let before = blocks.before();
        assert!((100..=512).contains(&before.len()), "{}", before.len());
        assert!(before.windows(2).all(|pair| pair[0].slot > pair[1].slot));
        assert!(before[0].slot < blocks.latest().slot);
        assert!(blocks.recent.len() < 2_000, "the oldest are forgotten");
        assert_eq!(blocks.by_hash.len(), blocks.recent.len());
    }
}
