//! Allots the nonces of our own accounts: by what the chain counts, and by what our swaps hold.

mod account;
mod error;
mod gap;
mod late;

use countersign_approval::{AccountNonce, Claim, Code, EvmPolicy, Ledger, Refusal, Violation};
use countersign_units::EvmAddress;

use super::Countersign;
use super::chain::in_time;
use crate::FlowError;
pub(super) use account::Account;
use account::{WINDOW, WINDOWS};
pub use error::NonceError;

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
        self.require_none_late(ledger, account, &held).await?;
        Ok(held.free)
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
