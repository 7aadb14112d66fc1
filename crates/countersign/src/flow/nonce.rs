//! Allots the nonces of our own accounts: by what the chain counts, and by what our swaps hold.

use std::collections::BTreeMap;

use countersign_approval::{
    AccountNonce, Claim, Code, EvmPolicy, Ledger, Refusal, SwapId, Taken, Violation,
};
use countersign_evm::account_nonce_resource;
use countersign_units::EvmAddress;

use super::Countersign;
use super::chain::in_time;
use crate::FlowError;

/// How many nonces a ledger is asked about at once.
const WINDOW: u64 = 64;
/// How many windows are looked through: who has as many transactions in the air has to wait.
const WINDOWS: u64 = 64;
/// For how many seconds nobody asks whether a transaction of ours is late.
const USUAL_SECONDS: u64 = 60;

/// Why an account has no nonce to allot. Nothing was signed; there may be one later.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NonceError {
    /// Too many transactions wait that are none of ours: what is sent behind them may wait for good.
    #[error(
        "{owner}: expected at most {most} transactions that wait and are none of ours, found \
         {found}: another sends from this account, or the node is wrong"
    )]
    Waiting {
        /// The account.
        owner: EvmAddress,
        /// How many there may be.
        most: u64,
        /// How many there are, as the node says.
        found: u64,
    },
    /// A transaction of ours is late and was not mined, and all that comes after it waits for it.
    #[error(
        "{owner}: nonce {nonce} belongs to swap {swap_id}, which is past its deadline and was not \
         mined; whatever comes after it would wait: `countersign cancel {swap_id}` frees the account"
    )]
    Blocked {
        /// The account.
        owner: EvmAddress,
        /// The nonce that is not mined.
        nonce: u64,
        /// The swap that holds it.
        swap_id: SwapId,
    },
    /// Our own swaps hold all nonces that can be looked through.
    #[error("{owner}: our swaps hold {found} nonces that are not mined, and it takes no more")]
    Full {
        /// The account.
        owner: EvmAddress,
        /// How many of its nonces were looked through.
        found: u64,
    },
}

/// An account whose nonces are allotted.
#[derive(Clone, Copy)]
pub(super) struct Account {
    pub(super) chain_id: u64,
    pub(super) owner: EvmAddress,
}

/// An account's nonces from the next one to be mined on.
struct Held {
    /// Those that swaps of ours hold.
    by: BTreeMap<u64, Taken>,
    /// The first one that nobody has: no swap of ours, and nothing that the node sees waiting.
    free: u64,
}

impl Countersign {
    /// Allots the next nonce of an account: the first one that neither the chain has, nor a
    /// transaction that waits, nor a swap of ours. Nothing is reserved by that: two who ask at one
    /// moment may get the same, which only one of them can reserve.
    ///
    /// # Errors
    ///
    /// Returns [`FlowError::Nonce`] where what is sent would have to wait for what may never be
    /// mined, [`FlowError::Refused`] without a view of the chain, [`FlowError::Chain`],
    /// [`FlowError::Ledger`], or [`FlowError::Config`].
    pub async fn allot_nonce(
        &self,
        ledger: &dyn Ledger,
        network: &str,
        chain_id: u64,
        owner: EvmAddress,
    ) -> Result<u64, FlowError> {
        let view = self.call_chain(network)?;
        let counted = in_time(network, view.account_nonce(chain_id, owner)).await?;
        let account = Account { chain_id, owner };
        let policy = self.config.policy()?;
        let most = policy.evm().map_or(EvmPolicy::MAX_PENDING, |evm| evm.max_pending);
        account.require_few(counted, most.saturating_add(WINDOW.saturating_mul(WINDOWS)))?;
        let held = account.held(ledger, counted).await?;
        let ours = held.by.range(counted.mined..counted.pending.max(counted.mined)).count();
        let ours = u64::try_from(ours).unwrap_or(u64::MAX);
        let others = AccountNonce { pending: counted.pending.saturating_sub(ours), ..counted };
        account.require_few(others, most)?;
        for (nonce, taken) in held.by.range(..held.free) {
            if self.is_late(ledger, taken, policy.max_deadline_seconds()).await? {
                let (nonce, swap_id) = (*nonce, taken.swap_id);
                return Err(NonceError::Blocked { owner, nonce, swap_id }.into());
            }
        }
        Ok(held.free)
    }

    /// Says whether what a swap holds should have been mined by now. Where nobody knows its deadline,
    /// that is no later than policy lets one be.
    async fn is_late(
        &self,
        ledger: &dyn Ledger,
        taken: &Taken,
        longest: u64,
    ) -> Result<bool, FlowError> {
        let now = self.now();
        if taken.reserved_at.saturating_add(USUAL_SECONDS) >= now {
            return Ok(false);
        }
        let deadline = ledger.deadline(taken.swap_id).await.map_err(FlowError::Ledger)?;
        Ok(deadline.unwrap_or_else(|| taken.reserved_at.saturating_add(longest)) < now)
    }
}

impl Account {
    /// Counts what our swaps hold among the transactions that wait: a node knows of those alone that
    /// were sent.
    pub(super) async fn with_ours(
        self,
        ledger: &dyn Ledger,
        counted: AccountNonce,
    ) -> Result<AccountNonce, FlowError> {
        Ok(AccountNonce { pending: self.held(ledger, counted).await?.free, ..counted })
    }

    fn require_few(self, counted: AccountNonce, most: u64) -> Result<(), NonceError> {
        let found = counted.pending.saturating_sub(counted.mined);
        if found <= most {
            return Ok(());
        }
        Err(NonceError::Waiting { owner: self.owner, most, found })
    }

    /// Looks for the first nonce that nobody has.
    async fn held(self, ledger: &dyn Ledger, counted: AccountNonce) -> Result<Held, FlowError> {
        let AccountNonce { mined, pending } = counted;
        let (mut by, mut from) = (BTreeMap::new(), mined);
        for _ in 0..WINDOWS.saturating_add(1) {
            let window = from..from.saturating_add(WINDOW);
            let names: BTreeMap<String, u64> =
                window.clone().map(|nonce| (self.resource(nonce), nonce)).collect();
            let asked: Vec<String> = names.keys().cloned().collect();
            for taken in ledger.taken(&asked).await.map_err(FlowError::Ledger)? {
                if let Some(nonce) = names.get(&taken.resource) {
                    by.insert(*nonce, taken);
                }
            }
            from = window.end;
            let mut unseen = window.filter(|nonce| *nonce >= pending);
            if let Some(free) = unseen.find(|nonce| !by.contains_key(nonce)) {
                return Ok(Held { by, free });
            }
        }
        let (owner, found) = (self.owner, from.saturating_sub(mined));
        Err(NonceError::Full { owner, found }.into())
    }

    fn resource(self, nonce: u64) -> String {
        account_nonce_resource(self.chain_id, self.owner, nonce)
    }
}

/// Returns what another swap took of a claim; nothing where that is its deposit address, for which no
/// draft could have another.
///
/// Whose reservation is being written in the same moment may not be read yet: then the refusal alone
/// names what it took.
pub(crate) async fn overtaken(
    ledger: &dyn Ledger,
    claim: &Claim,
    refusal: &Refusal,
) -> Result<Option<String>, FlowError> {
    let taken = ledger.taken(&claim.resources).await.map_err(FlowError::Ledger)?;
    let others = || taken.iter().filter(|taken| taken.swap_id != claim.swap_id);
    if others().any(|taken| taken.resource.starts_with("deposit:")) {
        return Ok(None);
    }
    let told = others().next().map(|taken| taken.resource.clone());
    Ok(told.or_else(|| refused_for(claim, refusal)))
}

/// Returns the nonce or the coin that a reservation was refused for.
fn refused_for(claim: &Claim, refusal: &Refusal) -> Option<String> {
    let of_replay = |found: &&Violation| found.code == Code::Replay;
    let refused: Vec<_> = refusal.violations().iter().filter(of_replay).collect();
    let names = |resource: &&String| {
        let named = |found: &&Violation| found.found.starts_with(&format!("{resource} "));
        !resource.starts_with("deposit:") && refused.iter().any(named)
    };
    claim.resources.iter().find(names).cloned()
}

#[cfg(test)]
mod tests;
