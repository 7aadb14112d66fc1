use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use countersign_units::{Lots, UnixSeconds};

use crate::{AssetLimits, Claim, Ledger, LedgerError, SwapId, Taken, is_nonce_below};

const DAY_SECONDS: u64 = 86_400;
/// How the name of what takes another's place ends, behind the other's name.
const REPLACEMENT: &str = ":replacement";

/// A ledger in memory: for tests, the sandbox, and a first try. It forgets when the process ends.
#[derive(Debug, Default)]
pub struct MemoryLedger {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    last: HashMap<SwapId, Last>,
    taken: HashMap<String, SwapId>,
    /// What the cancel of a swap takes.
    cancels: HashMap<SwapId, Vec<String>>,
    moved: Vec<Moved>,
}

/// A swap's last approval.
#[derive(Clone, Copy, Debug)]
struct Last {
    reserved_at: UnixSeconds,
    valid_until: UnixSeconds,
}

#[derive(Debug)]
struct Moved {
    swap_id: SwapId,
    token: String,
    amount: Lots,
    at: UnixSeconds,
}

impl MemoryLedger {
    /// Starts with nothing reserved.
    pub fn new() -> Self {
        Self::default()
    }
}

impl State {
    fn check(
        &self,
        claim: &Claim,
        limits: AssetLimits,
        now: UnixSeconds,
    ) -> Result<(), LedgerError> {
        self.check_dead(claim.swap_id, now)?;
        let used = |resource: &String| Some((resource.clone(), *self.taken.get(resource)?));
        if let Some((resource, swap_id)) = claim.resources.iter().find_map(used) {
            return Err(LedgerError::ResourceTaken { resource, swap_id });
        }
        let left = limits.per_day.checked_sub(self.moved_today(&claim.token)).unwrap_or(Lots::ZERO);
        if claim.amount > left {
            let (token, asked) = (claim.token.clone(), claim.amount);
            return Err(LedgerError::LimitPerDay { token, left, asked });
        }
        Ok(())
    }

    fn check_dead(&self, swap_id: SwapId, now: UnixSeconds) -> Result<(), LedgerError> {
        match self.last.get(&swap_id) {
            Some(Last { valid_until, .. }) if *valid_until >= now => {
                Err(LedgerError::LiveApproval { swap_id, valid_until: *valid_until })
            }
            _ => Ok(()),
        }
    }

    fn owner(&self, resource: &str) -> Option<Taken> {
        let swap_id = *self.taken.get(resource)?;
        let Last { reserved_at, valid_until } = *self.last.get(&swap_id)?;
        Some(Taken { resource: resource.to_owned(), swap_id, reserved_at, valid_until })
    }

    /// Returns what a cancel would take beside what its swap has. Our own clock does not say that an
    /// approval is dead: its chain's does, and a cancel that was not needed costs a fee alone.
    fn check_cancel(&self, claim: &Claim) -> Result<Vec<String>, LedgerError> {
        let swap_id = claim.swap_id;
        if !self.last.contains_key(&swap_id) {
            return Err(LedgerError::NothingLive { swap_id });
        }
        let mut new = Vec::new();
        for resource in &claim.resources {
            self.check_replaced(swap_id, resource)?;
            match self.taken.get(resource) {
                Some(owner) if *owner == swap_id => {}
                Some(owner) => {
                    let (resource, swap_id) = (resource.clone(), *owner);
                    return Err(LedgerError::ResourceTaken { resource, swap_id });
                }
                None => new.push(resource.clone()),
            }
        }
        let before = self.cancels.get(&swap_id).and_then(|taken| taken.first());
        match before.filter(|_| !self.lets_own_have_their_turn(swap_id, &new)) {
            Some(resource) => Err(LedgerError::OtherCancel { swap_id, resource: resource.clone() }),
            None => Ok(new),
        }
    }

    /// Says whether all of it are account nonces below one that the swap has.
    fn lets_own_have_their_turn(&self, swap_id: SwapId, new: &[String]) -> bool {
        let own = || self.taken.iter().filter(|(_, owner)| **owner == swap_id);
        new.iter().all(|resource| own().any(|(name, _)| is_nonce_below(resource, name)))
    }

    /// Requires of what takes the place of something that its swap has that.
    fn check_replaced(&self, swap_id: SwapId, resource: &str) -> Result<(), LedgerError> {
        let Some(replaced) = resource.strip_suffix(REPLACEMENT) else { return Ok(()) };
        match self.taken.get(replaced) {
            Some(owner) if *owner == swap_id => Ok(()),
            Some(owner) => {
                let (resource, swap_id) = (replaced.to_owned(), *owner);
                Err(LedgerError::ResourceTaken { resource, swap_id })
            }
            None => Err(LedgerError::NothingLive { swap_id }),
        }
    }

    /// Forgets what left more than a day ago.
    fn prune(&mut self, now: UnixSeconds) {
        self.moved.retain(|moved| moved.at.saturating_add(DAY_SECONDS) > now);
    }

    /// Sums what left within a day; an overflow counts as everything.
    fn moved_today(&self, token: &str) -> Lots {
        let sum = |total: Lots, moved: &Moved| total.checked_add(moved.amount).unwrap_or(Lots::MAX);
        self.moved.iter().filter(|moved| moved.token == token).fold(Lots::ZERO, sum)
    }
}

#[async_trait]
impl Ledger for MemoryLedger {
    async fn record(
        &self,
        claim: &Claim,
        limits: AssetLimits,
        now: UnixSeconds,
    ) -> Result<(), LedgerError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.prune(now);
        state.check(claim, limits, now)?;
        let last = Last { reserved_at: now, valid_until: claim.valid_until };
        state.last.insert(claim.swap_id, last);
        let used = claim.resources.iter().map(|resource| (resource.clone(), claim.swap_id));
        state.taken.extend(used);
        let (token, amount) = (claim.token.clone(), claim.amount);
        state.moved.push(Moved { swap_id: claim.swap_id, token, amount, at: now });
        Ok(())
    }

    async fn record_cancel(&self, claim: &Claim, _now: UnixSeconds) -> Result<(), LedgerError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let new = state.check_cancel(claim)?;
        state.taken.extend(new.iter().map(|resource| (resource.clone(), claim.swap_id)));
        state.cancels.entry(claim.swap_id).or_insert_with(|| claim.resources.clone());
        Ok(())
    }

    async fn give_back(&self, swap_id: SwapId) -> Result<(), LedgerError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.taken.retain(|_, owner| *owner != swap_id);
        state.last.remove(&swap_id);
        Ok(())
    }

    async fn release(&self, swap_id: SwapId, now: UnixSeconds) -> Result<(), LedgerError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.check_dead(swap_id, now)?;
        state.moved.retain(|moved| moved.swap_id != swap_id);
        Ok(())
    }

    async fn taken(&self, resources: &[String]) -> Result<Vec<Taken>, LedgerError> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(resources.iter().filter_map(|resource| state.owner(resource)).collect())
    }
}
