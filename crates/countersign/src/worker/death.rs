//! Whether an approval that was let out can still be used, and whether it was, by what the chain says.
//!
//! What has to be asked is in the journal: a policy or a registry that changed since does not matter.

mod coins;
mod deposit;
mod message;
mod trace;

use std::time::Duration;

use countersign_approval::{Environment, NonceQuery};
use countersign_journal::{ApprovalBytes, Death};
use countersign_units::UnixSeconds;
use tokio::time::sleep;

use super::drive::Drive;
use trace::Trace;
pub(super) use trace::trace_permit;

/// How many looks in a row have to say that an approval is dead or replaced.
const LOOKS: u32 = 3;
/// How far apart they are in a sandbox, at most: it has one node.
const SANDBOX_PAUSE: Duration = Duration::from_millis(500);
const FOR_GOOD: UnixSeconds = UnixSeconds::new(u64::MAX);

/// What became of an approval.
#[derive(Clone, Debug)]
pub(super) enum Fate {
    /// It can't be used any more, and was not.
    Dead(Death),
    /// It can't be used any more; whether it was used can't be told.
    Over(Death),
    /// Another transaction took its place, as far as one answer tells.
    Replaced(Death),
    /// It was used.
    Used(Death),
    /// It can be used, or it is not known that it can't.
    Live,
}

impl Drive<'_> {
    /// Asks the chain and the clock. Where a chain can't be asked, the approval is taken for live
    /// until its own deadline.
    ///
    /// That something is not there is believed only where look after look says so: nodes behind one
    /// address are not equally far. What was executed may lie in a block that one of them does not have,
    /// so a deposit is taken for replaced only long after its deadline. The looks are so far apart that
    /// a node which lags has caught up, or another one answers.
    pub(super) async fn fate(&self) -> Fate {
        let mut seen = self.judge_fate().await;
        for _ in 1..LOOKS {
            match &seen {
                Fate::Replaced(_) if !self.is_past(self.worker.options.grace) => return Fate::Live,
                Fate::Replaced(_) | Fate::Dead(_) => {}
                Fate::Over(_) | Fate::Used(_) | Fate::Live => return seen,
            }
            if !self.may_look_again().await {
                return Fate::Live;
            }
            let again = self.judge_fate().await;
            let same = std::mem::discriminant(&again) == std::mem::discriminant(&seen);
            seen = if same || matches!(again, Fate::Used(_)) { again } else { Fate::Live };
        }
        seen
    }

    /// Waits for the moment of another look. Says no where this worker is told to stop: whoever has the
    /// swap next looks anew. Not where a live approval would be given up by that.
    async fn may_look_again(&self) -> bool {
        let pause = apart(self.known.request.environment, self.worker.options.looks_apart);
        if self.is_past(self.worker.options.patience) {
            sleep(pause).await;
            return true;
        }
        let mut stopping = self.worker.stopping.subscribe();
        tokio::select! {
            () = sleep(pause) => true,
            _ = stopping.wait_for(|stopping| *stopping) => false,
        }
    }

    async fn judge_fate(&self) -> Fate {
        if let Some(sent) = self.deposit() {
            return self.fate_of(&sent).await;
        }
        if self.is_intent() {
            return self.intent_fate();
        }
        match Trace::of(&self.known.resources) {
            Some(Trace::Permit(query)) => self.permit_fate(&query).await,
            Some(Trace::Coins) => self.coins_fate().await,
            Some(Trace::Message { durable: false }) => self.message_fate().await,
            Some(Trace::Message { durable: true }) | None => Fate::Live,
        }
    }

    /// Says whether the chain has used the approval; nothing where it can't be asked, or can't tell.
    pub(super) async fn used(&self) -> Option<bool> {
        if let Some(sent) = self.deposit() {
            return self.is_executed(&sent).await;
        }
        match Trace::of(&self.known.resources)? {
            Trace::Permit(query) => {
                let network = self.known.request.source.network.as_str();
                Some(self.flow().nonce(network, &query).await?.used)
            }
            Trace::Coins => self.own_coins().await.map(|seen| self.gone(&seen).is_some()),
            Trace::Message { .. } => None,
        }
    }

    pub(super) fn is_intent(&self) -> bool {
        let bytes = self.known.approval.as_ref().map(|approval| &approval.bytes);
        matches!(bytes, Some(ApprovalBytes::Intent { .. }))
    }

    /// Nobody tells us what the intents contract has seen: after its deadline it takes the intent no
    /// more, and whether it took it before is the counterparty's word.
    fn intent_fate(&self) -> Fate {
        let until = self.known.approval.as_ref().map(|approval| approval.valid_until);
        match until {
            Some(until) if until < self.now().to_seconds() => Fate::Over(Death::Deadline),
            _ => Fate::Live,
        }
    }

    async fn permit_fate(&self, query: &NonceQuery) -> Fate {
        let network = self.known.request.source.network.as_str();
        let state = self.flow().nonce(network, query).await;
        if state.is_some_and(|state| state.used) {
            let nonce = self.known.resources.first().cloned();
            let death = nonce.map(|nonce| Death::NonceSpent { nonce, height: None });
            return death.map_or(Fate::Live, Fate::Used);
        }
        // Where the chain tells its time, that decides: the permit's deadline is judged by it.
        let chain_time = state.and_then(|state| state.block_time);
        let now = self.now().to_seconds();
        let now = chain_time.map_or(now, |time| time.min(now));
        let until = self.known.approval.as_ref().map(|approval| approval.valid_until);
        let over = until.is_some_and(|until| until != FOR_GOOD && until < now);
        match (over, state) {
            (true, Some(_)) => Fate::Dead(Death::Deadline),
            (true, None) => Fate::Over(Death::Deadline),
            (false, _) => Fate::Live,
        }
    }
}

/// Says how far apart looks are.
fn apart(environment: Environment, looks_apart: Duration) -> Duration {
    match environment {
        Environment::Sandbox => looks_apart.min(SANDBOX_PAUSE),
        Environment::Mainnet | Environment::Testnet => looks_apart,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_are_as_far_apart_as_is_asked_for_but_in_a_sandbox() {
        let [long, short] = [10_000, 20].map(Duration::from_millis);
        for environment in [Environment::Mainnet, Environment::Testnet] {
            assert_eq!(apart(environment, long), long);
        }
        assert_eq!(apart(Environment::Sandbox, long), SANDBOX_PAUSE);
        assert_eq!(apart(Environment::Sandbox, short), short);
    }
}
