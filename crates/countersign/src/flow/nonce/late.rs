//! Says which nonces should have been used by now.

use countersign_approval::{Ledger, Standing, Taken};

use super::NonceError;
use super::account::{Account, Held};
use crate::FlowError;
use crate::flow::Countersign;

/// For how many seconds nobody asks whether a transaction of ours is late.
const USUAL_SECONDS: u64 = 60;

/// A nonce that should have been used by now, by who has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Late {
    /// A swap that is open.
    Open,
    /// A swap that is at its end.
    Ended,
    /// What has no history: a transaction for an allowance, or a swap without a journal.
    Untold,
}

impl Countersign {
    /// Requires that nothing of ours is late: not before the free nonce, where what is sent would wait
    /// for it, and not behind it, where it would be mined after its time as soon as that is used.
    pub(super) async fn require_none_late(
        &self,
        ledger: &dyn Ledger,
        account: Account,
        held: &Held,
    ) -> Result<(), FlowError> {
        let (owner, free) = (account.owner, held.free);
        for (nonce, taken) in held.by.range(..free) {
            match self.late(ledger, taken).await? {
                None => {}
                Some(Late::Open) => return Err(blocked(account, *nonce, taken)),
                Some(Late::Ended | Late::Untold) => {
                    let (nonce, first) = (*nonce, *nonce);
                    return Err(NonceError::Stranded { owner, nonce, first }.into());
                }
            }
        }
        for (nonce, taken) in account.held_behind(ledger, free).await? {
            match self.late(ledger, &taken).await? {
                // Of what ended before its nonce was used nothing says when the account is free.
                None | Some(Late::Ended) => {}
                Some(Late::Open) => return Err(blocked(account, nonce, &taken)),
                Some(Late::Untold) => {
                    return Err(NonceError::Stranded { owner, nonce, first: free }.into());
                }
            }
        }
        Ok(())
    }

    /// Says whether what somebody took should have been used by now. Where nobody knows until when it
    /// is wanted, that is no later than policy lets a deadline be: counted from when a cancel took
    /// it, where one did.
    async fn late(&self, ledger: &dyn Ledger, taken: &Taken) -> Result<Option<Late>, FlowError> {
        let now = self.now();
        if taken.reserved_at.saturating_add(USUAL_SECONDS) >= now {
            return Ok(None);
        }
        let longest = self.config.policy()?.max_deadline_seconds().max(USUAL_SECONDS);
        let standing = ledger.standing(taken).await.map_err(FlowError::Ledger)?;
        let until = match standing {
            Some(Standing { cancelled_at: Some(since), .. }) => since.saturating_add(longest),
            Some(Standing { deadline: Some(deadline), .. }) => deadline,
            _ => taken.reserved_at.saturating_add(longest),
        };
        let late =
            standing.map_or(
                Late::Untold,
                |standing| {
                    if standing.is_ended { Late::Ended } else { Late::Open }
                },
            );
        Ok((until < now).then_some(late))
    }
}

fn blocked(account: Account, nonce: u64, taken: &Taken) -> FlowError {
    NonceError::Blocked { owner: account.owner, nonce, swap_id: taken.swap_id }.into()
}
