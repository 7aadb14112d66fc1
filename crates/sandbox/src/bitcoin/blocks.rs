//! The blocks: how high the chain is, and what its clock says.

use std::collections::VecDeque;

use bitcoin::constants::genesis_block;
use bitcoin::hashes::Hash;
use bitcoin::{BlockHash, Network};
use countersign_units::UnixSeconds;

/// How many blocks the median time looks at.
const MEDIAN_SPAN: usize = 11;
/// How many blocks it takes to bring the median time up to the clock.
const MAJORITY: usize = 6;

/// A block. Its hash names it and its ancestors; there are no headers here, so it is no hash of
/// one, but for the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) height: u32,
    /// Seconds since 1970.
    pub(crate) time: u32,
    pub(crate) hash: BlockHash,
}

/// The latest blocks.
#[derive(Debug)]
pub(super) struct Blocks {
    genesis: Block,
    /// The oldest first; as many as the median time looks at.
    recent: VecDeque<Block>,
    /// Whether the tip has content, and may take more while its second lasts.
    open: bool,
}

impl Blocks {
    /// Begins with the first block of regtest.
    pub(super) fn new() -> Self {
        let first = genesis_block(Network::Regtest);
        let genesis = Block { height: 0, time: first.header.time, hash: first.block_hash() };
        Self { genesis, recent: VecDeque::from([genesis]), open: false }
    }

    pub(super) const fn genesis(&self) -> Block {
        self.genesis
    }

    pub(super) fn tip(&self) -> Block {
        self.recent.back().copied().unwrap_or(self.genesis)
    }

    /// Returns the time that lock times are compared with (BIP-113).
    pub(super) fn median_time(&self) -> u32 {
        let mut times: Vec<_> = self.recent.iter().map(|block| block.time).collect();
        times.sort_unstable();
        times.get(times.len().div_euclid(2)).copied().unwrap_or(self.genesis.time)
    }

    /// Returns the height that lock times are compared with: that of the block behind the tip. A
    /// transaction that still enters the tip is judged no stricter than a node would.
    pub(super) fn next_height(&self) -> u32 {
        self.tip().height.saturating_add(1)
    }

    /// Puts content into a block: that of this second, or a new one. A block for each transaction
    /// would never let a client see the same tip twice while others swap.
    pub(super) fn take(&mut self, now: UnixSeconds, content: [u8; 32]) -> Block {
        self.tick(now);
        if self.open {
            return self.tip();
        }
        let block = self.mine(now, content);
        self.open = true;
        block
    }

    /// Adds a block. Its time may be the median: blocks come here faster than on a real chain.
    fn mine(&mut self, now: UnixSeconds, content: [u8; 32]) -> Block {
        let tip = self.tip();
        let height = tip.height.saturating_add(1);
        let time = tip.time.max(u32::try_from(now.value()).unwrap_or(u32::MAX));
        let named = [tip.hash.as_byte_array(), content.as_slice(), &height.to_le_bytes()].concat();
        let block = Block { height, time, hash: BlockHash::hash(&named) };
        self.open = false;
        self.recent.push_back(block);
        if self.recent.len() > MEDIAN_SPAN {
            self.recent.pop_front();
        }
        block
    }

    /// Adds blocks without content if the clock has moved on, so that the median time follows it.
    pub(super) fn tick(&mut self, now: UnixSeconds) {
        if now.value() > u64::from(self.median_time()) {
            for _ in 0..MAJORITY {
                self.mine(now, [0; 32]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_time_follows_the_clock_and_never_goes_back() {
        let mut blocks = Blocks::new();
        for (now, height) in [(1_800_000_000, 6), (1_800_000_000, 6), (1_800_000_009, 12), (5, 12)]
        {
            blocks.tick(UnixSeconds::new(now));
            assert_eq!(blocks.tip().height, height);
        }
        assert_eq!(blocks.median_time(), 1_800_000_009);
    }

    #[test]
    fn what_comes_within_a_second_shares_a_block() {
        let mut blocks = Blocks::new();
        let take = |blocks: &mut Blocks, now| blocks.take(UnixSeconds::new(now), [1; 32]).height;
        blocks.tick(UnixSeconds::new(1_800_000_000));
        assert_eq!(take(&mut blocks, 1_800_000_000), 7);
        assert_eq!(take(&mut blocks, 1_800_000_000), 7);
        blocks.tick(UnixSeconds::new(1_800_000_001));
        assert_eq!(blocks.tip().height, 13);
        assert_eq!(take(&mut blocks, 1_800_000_001), 14);
        assert_eq!(take(&mut blocks, 1_800_000_001), 14);
    }

    #[test]
    fn one_block_alone_does_not_move_the_median_time() {
        let mut blocks = Blocks::new();
        blocks.tick(UnixSeconds::new(1_800_000_000));
        blocks.mine(UnixSeconds::new(1_900_000_000), [1; 32]);
        assert_eq!((blocks.tip().time, blocks.median_time()), (1_900_000_000, 1_800_000_000));
        assert_eq!(blocks.genesis().time, 1_296_688_602);
    }
}
