//! What came in at each account: of the chain's own coin by its balances, of tokens by their logs.

use std::collections::HashMap;
use std::convert::Infallible;

use alloy::primitives::{Address, B256, U256};
use alloy::sol_types::SolEvent;
use revm::DatabaseRef;
use revm::context::result::ResultAndState;

use super::bindings::SandboxToken::Transfer;

/// Something that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Credit {
    /// The transaction.
    pub(crate) id: B256,
    pub(crate) amount: U256,
}

/// Everything that ever came in, by the token, if it was no coin of the chain's own, and the
/// account.
#[derive(Debug, Default)]
pub(super) struct Credits(HashMap<(Option<Address>, Address), Vec<Credit>>);

impl Credits {
    /// Returns what came in at an account, the oldest first.
    pub(super) fn of(&self, token: Option<Address>, account: Address) -> &[Credit] {
        self.0.get(&(token, account)).map_or(&[], Vec::as_slice)
    }

    /// Notes what a transaction moved, that has not changed the state yet. What it leaves to
    /// whoever makes the block, at the zero address, counts as nothing.
    ///
    /// # Errors
    ///
    /// Never: the state is in memory.
    pub(super) fn note(
        &mut self,
        id: B256,
        before: &impl DatabaseRef<Error = Infallible>,
        ran: &ResultAndState,
    ) -> Result<(), Infallible> {
        for (address, account) in ran.state.iter().filter(|(address, _)| !address.is_zero()) {
            let held = before.basic_ref(*address)?.map(|info| info.balance).unwrap_or_default();
            self.add((None, *address), id, account.info.balance.saturating_sub(held));
        }
        for log in ran.result.logs() {
            let Ok(moved) = Transfer::decode_log(log) else { continue };
            self.add((Some(log.address), moved.to), id, moved.value);
        }
        Ok(())
    }

    fn add(&mut self, place: (Option<Address>, Address), id: B256, amount: U256) {
        if !amount.is_zero() {
            self.0.entry(place).or_default().push(Credit { id, amount });
        }
    }
}
