//! Says which nonces should have been used by now.

use countersign_approval::{Ledger, Standing, SwapId, Taken, Terms};

use super::NonceError;
use super::account::{Account, Held};
use crate::FlowError;
use crate::flow::{CancelCall, Countersign};

/// For how many seconds nobody asks whether a transaction of ours is late.
const USUAL_SECONDS: u64 = 60;

/// A nonce that should have been used by now, by who has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Late {
    /// A swap that is open, and whose deposit would be mined after its time.
    Open,
    /// A swap that is open, and where only what moves nothing is left to be mined.
    Harmless,
    /// A swap that is at its end.
    Ended,
    /// What has no history: a transaction for an allowance, or a swap without a journal.
    Untold,
}

impl Countersign {
    /// Requires that nothing of ours is late: not before the free nonce, where what is sent would wait
    /// for it, and not behind it, where it would be mined after its time as soon as that is used.
    ///
    /// Of several it names the one that has to be cancelled first: the last deposit, since whatever
    /// uses a nonce below lets it have its turn.
    pub(super) async fn require_none_late(
        &self,
        ledger: &dyn Ledger,
        account: Account,
        held: &Held,
    ) -> Result<(), FlowError> {
        let (owner, free) = (account.owner, held.free);
        let behind = account.held_behind(ledger, free).await?;
        let mut all = Vec::new();
        for (&nonce, taken) in held.by.range(..free).chain(&behind) {
            match self.late(ledger, taken).await? {
                // Of what ended before its nonce was used nothing says when the account is free.
                Some(Late::Ended) if nonce > free => {}
                late => all.extend(late.map(|late| (late, nonce, taken))),
            }
        }
        let live = all.iter().rfind(|(late, ..)| *late == Late::Open);
        let Some(&(late, nonce, taken)) = live.or_else(|| all.first()) else { return Ok(()) };
        let swap_id = taken.swap_id;
        Err(match late {
            Late::Open | Late::Harmless => NonceError::Blocked { owner, nonce, swap_id },
            Late::Ended | Late::Untold => {
                NonceError::Stranded { owner, nonce, first: nonce.min(free) }
            }
        }
        .into())
    }

    /// Looks for the last deposit of another swap above an account nonce that would be mined after its
    /// time once that nonce is used. One whose place is taken already has nothing to be mined for.
    pub(crate) async fn late_above(
        &self,
        ledger: &dyn Ledger,
        swap: &Terms<()>,
        call: &CancelCall,
    ) -> Result<Option<(u64, SwapId)>, FlowError> {
        let CancelCall { chain_id, owner, account_nonce, .. } = *call;
        let behind = Account { chain_id, owner }.held_behind(ledger, account_nonce).await?;
        for (nonce, taken) in behind.into_iter().rev() {
            if taken.swap_id != swap.swap_id && self.late(ledger, &taken).await? == Some(Late::Open)
            {
                return Ok(Some((nonce, taken.swap_id)));
            }
        }
        Ok(None)
    }

    /// Lists the other swaps above an account nonce in whose deposits' places something was signed, the
    /// last one first.
    pub(crate) async fn replaced_above(
        &self,
        ledger: &dyn Ledger,
        swap: &Terms<()>,
        call: &CancelCall,
    ) -> Result<Vec<SwapId>, FlowError> {
        let CancelCall { chain_id, owner, account_nonce, .. } = *call;
        let behind = Account { chain_id, owner }.held_behind(ledger, account_nonce).await?;
        let mut replaced = Vec::new();
        for taken in behind.into_values().rev().filter(|taken| taken.swap_id != swap.swap_id) {
            let standing = ledger.standing(&taken).await.map_err(FlowError::Ledger)?;
            if standing.is_some_and(|it| it.is_replaced && it.cancelled_at.is_none()) {
                replaced.push(taken.swap_id);
            }
        }
        Ok(replaced)
    }

    /// Says whether what somebody took should have been used by now. Where nobody knows until when it
    /// is wanted, that is no later than policy lets a deadline be: counted from when a cancel took
    /// it, where one did. What a cancel took and left behind at its end nobody sends any more.
    async fn late(&self, ledger: &dyn Ledger, taken: &Taken) -> Result<Option<Late>, FlowError> {
        let now = self.now();
        if taken.reserved_at.saturating_add(USUAL_SECONDS) >= now {
            return Ok(None);
        }
        let longest = self.config.policy()?.max_deadline_seconds().max(USUAL_SECONDS);
        let standing = ledger.standing(taken).await.map_err(FlowError::Ledger)?;
        let until = match standing {
            Some(Standing { cancelled_at: Some(since), is_ended: true, .. }) => since,
            Some(Standing { cancelled_at: Some(since), .. }) => since.saturating_add(longest),
            Some(Standing { deadline: Some(deadline), .. }) => deadline,
            _ => taken.reserved_at.saturating_add(longest),
        };
        let late = standing.map_or(Late::Untold, |standing| match standing {
            Standing { is_ended: true, .. } => Late::Ended,
            Standing { is_replaced: false, cancelled_at: None, .. } => Late::Open,
            _ => Late::Harmless,
        });
        Ok((until < now).then_some(late))
    }
}
