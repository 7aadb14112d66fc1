//! The nonces of one account: those that the chain has, and those that our swaps hold.

use std::collections::BTreeMap;
use std::ops::Range;

use countersign_approval::{AccountNonce, Ledger, Taken};
use countersign_evm::account_nonce_resource;
use countersign_units::EvmAddress;

use super::NonceError;
use crate::FlowError;

/// How many nonces a ledger is asked about at once.
pub(super) const WINDOW: u64 = 64;
/// How many windows are looked through: who has as many transactions in the air has to wait.
pub(super) const WINDOWS: u64 = 64;

/// An account whose nonces are allotted.
#[derive(Clone, Copy, Debug)]
pub(in crate::flow) struct Account {
    pub(in crate::flow) chain_id: u64,
    pub(in crate::flow) owner: EvmAddress,
}

/// An account's nonces from the next one to be mined on.
pub(super) struct Held {
    /// Those that swaps of ours hold.
    pub(super) by: BTreeMap<u64, Taken>,
    /// The first one that nobody has: no swap of ours, and nothing that the node sees waiting.
    pub(super) free: u64,
}

impl Account {
    /// Counts what our swaps hold among the transactions that wait: a node knows of those alone that
    /// were sent.
    pub(in crate::flow) async fn with_ours(
        self,
        ledger: &dyn Ledger,
        counted: AccountNonce,
    ) -> Result<AccountNonce, FlowError> {
        Ok(AccountNonce { pending: self.held(ledger, counted).await?.free, ..counted })
    }

    pub(super) fn require_few(self, counted: AccountNonce, most: u64) -> Result<(), NonceError> {
        let found = counted.pending.saturating_sub(counted.mined);
        if found <= most {
            return Ok(());
        }
        Err(NonceError::Waiting { owner: self.owner, most, found })
    }

    /// Looks for the first nonce that nobody has.
    pub(super) async fn held(
        self,
        ledger: &dyn Ledger,
        counted: AccountNonce,
    ) -> Result<Held, FlowError> {
        let AccountNonce { mined, pending } = counted;
        let (mut by, mut from) = (BTreeMap::new(), mined);
        for _ in 0..WINDOWS.saturating_add(1) {
            let window = from..from.saturating_add(WINDOW);
            by.extend(self.taken(ledger, window.clone()).await?);
            from = window.end;
            let mut unseen = window.filter(|nonce| *nonce >= pending);
            if let Some(free) = unseen.find(|nonce| !by.contains_key(nonce)) {
                return Ok(Held { by, free });
            }
        }
        let (owner, found) = (self.owner, from.saturating_sub(mined));
        Err(NonceError::Full { owner, found }.into())
    }

    /// Returns those nonces behind one that our swaps hold, up to where they hold none for long.
    pub(super) async fn held_behind(
        self,
        ledger: &dyn Ledger,
        nonce: u64,
    ) -> Result<BTreeMap<u64, Taken>, FlowError> {
        let (mut by, mut from) = (BTreeMap::new(), nonce.saturating_add(1));
        for _ in 0..WINDOWS {
            let window = from..from.saturating_add(WINDOW);
            from = window.end;
            let found = self.taken(ledger, window).await?;
            if found.is_empty() {
                break;
            }
            by.extend(found);
        }
        Ok(by)
    }

    /// Returns which of some nonces our swaps hold.
    pub(super) async fn taken(
        self,
        ledger: &dyn Ledger,
        nonces: Range<u64>,
    ) -> Result<BTreeMap<u64, Taken>, FlowError> {
        let names: BTreeMap<String, u64> =
            nonces.map(|nonce| (self.resource(nonce), nonce)).collect();
        let asked: Vec<String> = names.keys().cloned().collect();
        let taken = ledger.taken(&asked).await.map_err(FlowError::Ledger)?;
        let by_nonce = |taken: Taken| Some((*names.get(&taken.resource)?, taken));
        Ok(taken.into_iter().filter_map(by_nonce).collect())
    }

    pub(super) fn resource(self, nonce: u64) -> String {
        account_nonce_resource(self.chain_id, self.owner, nonce)
    }
}
