use countersign_units::{Lots, UnixSeconds};

use crate::{Code, Environment, Ledger, LedgerError, Policy, Refusal, SwapId, Violation};

/// What an approval would take: made by a chain crate out of its evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "every chain crate fills it in whole")]
pub struct Claim {
    /// Which swap.
    pub swap_id: SwapId,
    /// Where.
    pub environment: Environment,
    /// The digest that would be signed.
    pub digest: [u8; 32],
    /// The nonce, the coins or the message that no other swap may use, each by a name that is
    /// unique over all chains.
    pub resources: Vec<String>,
    /// The token's key in the registry.
    pub token: String,
    /// How much of it would leave.
    pub amount: Lots,
    /// The last moment at which the approval can be used.
    pub valid_until: UnixSeconds,
}

/// The right to sign one digest for one swap, once.
///
/// Only [`reserve`] and [`reserve_cancel`] make one, after the ledger has recorded it.
#[derive(Debug)]
#[must_use = "a reservation that is dropped blocks its swap until it expires"]
pub struct Reservation {
    claim: Claim,
    is_cancel: bool,
}

/// Why nothing was reserved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReserveError {
    /// Policy says that nothing is signed now.
    #[error("signing is paused by policy")]
    Paused,
    /// A limit, or another approval, stands against it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The ledger can't be read or written: nothing is signed.
    #[error(transparent)]
    Ledger(LedgerError),
}

/// Reserves an approval in the ledger.
///
/// # Errors
///
/// Returns [`ReserveError::Paused`] while policy says so, [`ReserveError::Refused`] with code
/// `limits` or `replay`, and [`ReserveError::Ledger`] if the ledger is not available.
pub async fn reserve(
    ledger: &dyn Ledger,
    claim: Claim,
    policy: &Policy,
    now: UnixSeconds,
) -> Result<Reservation, ReserveError> {
    if policy.paused() {
        return Err(ReserveError::Paused);
    }
    if claim.valid_until < now {
        let expected = format!("after {now}");
        return Err(refuse(Code::Deadline, "approval.valid_until", expected, claim.valid_until));
    }
    let Some(limits) = policy.limits(&claim.token) else {
        let member = format!("limits.{}", claim.token);
        return Err(refuse(Code::Limits, &member, "limits in the policy", "none"));
    };
    if claim.amount > limits.per_swap {
        let member = format!("limits.{}.per_swap", claim.token);
        let expected = format!("at most {} base units", limits.per_swap);
        return Err(refuse(Code::Limits, &member, expected, claim.amount));
    }
    ledger.record(&claim, *limits, now).await.map_err(from_ledger)?;
    Ok(Reservation { claim, is_cancel: false })
}

/// Reserves what makes a swap's live approval useless, beside that approval.
///
/// No limit counts, since nothing leaves but a fee that policy bounds. It is reserved and signed
/// while policy pauses signing too: a pause is there so that nothing more can be lost, and a cancel
/// takes back what still could be. A key signs nothing else by such a reservation.
///
/// # Errors
///
/// Returns [`ReserveError::Refused`] with code `limits` for what moves more than a fee, and with
/// `replay` where there is nothing to cancel, where another cancel may still take effect, or where a
/// nonce or coin is another swap's. Returns [`ReserveError::Ledger`] if the ledger is not available.
pub async fn reserve_cancel(
    ledger: &dyn Ledger,
    claim: Claim,
    policy: &Policy,
    now: UnixSeconds,
) -> Result<Reservation, ReserveError> {
    let most = Lots::from(policy.bitcoin().map_or(0, |bounds| bounds.max_fee_sats));
    if claim.amount > most {
        let expected = format!("a fee of at most {most}");
        return Err(refuse(Code::Limits, "cancel.amount", expected, claim.amount));
    }
    ledger.record_cancel(&claim, now).await.map_err(from_ledger)?;
    Ok(Reservation { claim, is_cancel: true })
}

impl Reservation {
    /// Returns what was reserved.
    pub const fn claim(&self) -> &Claim {
        &self.claim
    }

    /// Says whether it is for an approval that takes just this. One of a cancel is for none.
    pub fn is_for(&self, claim: &Claim) -> bool {
        !self.is_cancel && self.claim == *claim
    }

    /// Says whether it is for what makes an approval useless, and for nothing else.
    pub const fn is_cancel(&self) -> bool {
        self.is_cancel
    }
}

fn refuse(
    code: Code,
    member: &str,
    expected: impl std::fmt::Display,
    found: impl std::fmt::Display,
) -> ReserveError {
    Refusal::one(Violation::new(code, member, expected, found)).into()
}

fn from_ledger(error: LedgerError) -> ReserveError {
    match &error {
        LedgerError::LiveApproval { .. } => {
            refuse(Code::Replay, "swap", "no approval that can still be used", error)
        }
        LedgerError::ResourceTaken { .. } => {
            refuse(Code::Replay, "resource", "one that no other swap used", error)
        }
        LedgerError::NothingLive { .. } => {
            refuse(Code::Replay, "swap", "an approval that can still be used", error)
        }
        LedgerError::OtherCancel { .. } => {
            refuse(Code::Replay, "cancel", "no other cancel that may take effect", error)
        }
        LedgerError::LimitPerDay { token, .. } => {
            refuse(Code::Limits, &format!("limits.{token}.per_day"), "room for the amount", &error)
        }
        LedgerError::Unavailable(_) => ReserveError::Ledger(error),
    }
}

#[cfg(test)]
mod tests;
