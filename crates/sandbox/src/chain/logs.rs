//! What contracts noted, by the block that holds it.

use std::collections::VecDeque;

use alloy::primitives::{B256, Log};

/// Of how many blocks with logs they are kept.
const KEPT: usize = 16_384;

/// The logs of the latest blocks. There is one transaction in a block.
#[derive(Debug, Default)]
pub(super) struct Logs(VecDeque<(u64, B256, Vec<Log>)>);

impl Logs {
    /// Notes what a block's transaction left.
    pub(super) fn note(&mut self, number: u64, id: B256, logs: &[Log]) {
        if logs.is_empty() {
            return;
        }
        self.0.push_back((number, id, logs.to_vec()));
        if self.0.len() > KEPT {
            self.0.pop_front();
        }
    }

    /// Returns the logs of a block, with their transaction.
    pub(super) fn of(&self, number: u64) -> Option<(B256, &[Log])> {
        let place = self.0.binary_search_by_key(&number, |(number, ..)| *number).ok()?;
        self.0.get(place).map(|(_, id, logs)| (*id, logs.as_slice()))
    }
}
