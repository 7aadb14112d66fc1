use countersign_approval::{CallAction, Claim, Policy, Reservation};
use countersign_units::{EvmAddress, UnixSeconds};

use super::{CallEvidence, CallSigner, SignCall, SignedCall, VerifiedCall};
use crate::{SignatureError, SignerError};

/// Why a verified transaction of our own was not signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignCallError {
    /// Policy says that nothing is signed now.
    #[error("signing is paused by policy")]
    Paused,
    /// The deadline has passed, or is nearer than policy wants.
    #[error("the transaction is signed until {deadline}, now is {now}: too late to sign it")]
    OutOfDate {
        /// The last moment at which it is signed, in Unix seconds.
        deadline: UnixSeconds,
        /// When it was to be signed, in Unix seconds.
        now: UnixSeconds,
    },
    /// The reservation is for another swap or another hash.
    #[error("the reservation is for another transaction")]
    OtherReservation,
    /// The key at hand is not the owner's.
    #[error("expected the key of {expected}, found that of {found}")]
    OtherKey {
        /// The account that sends.
        expected: EvmAddress,
        /// The signer's account.
        found: EvmAddress,
    },
    /// The key backend did not sign.
    #[error(transparent)]
    Backend(#[from] SignerError),
    /// The key backend signed something else.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

/// Signs a verified and reserved transaction, and recovers the signature before it is let out.
///
/// A second signature over the same hash uses the same account nonce: calling this again after a
/// backend failed doubles nothing.
///
/// # Errors
///
/// Returns a [`SignCallError`]; no signature exists then, except where a backend made a wrong one.
pub async fn sign_call(
    call: &VerifiedCall,
    reservation: &Reservation,
    policy: &Policy,
    signer: &dyn CallSigner,
    now: UnixSeconds,
) -> Result<SignedCall, SignCallError> {
    let first = now.saturating_add(call.terms().approval.min_remaining.max(1));
    let moment = Moment { first, deadline: call.deadline(), now };
    moment.check(policy, reservation)?;
    let (owner, action) = (call.call().owner(), call.call().action());
    check_parties(&call.claim(), reservation, (owner, action), signer)?;
    let signature = signer.sign_call(&SignCall::new(CallEvidence::Evm(call))).await?;
    Ok(SignedCall::check(call, &signature)?)
}

/// When a transaction is to be signed, and until when it may be.
pub(crate) struct Moment {
    /// The deadline must not be before this.
    pub(crate) first: UnixSeconds,
    pub(crate) deadline: UnixSeconds,
    pub(crate) now: UnixSeconds,
}

impl Moment {
    /// Requires that anything is signed now, and this. What takes an approval back is signed while
    /// policy pauses too.
    pub(crate) fn check(
        &self,
        policy: &Policy,
        reservation: &Reservation,
    ) -> Result<(), SignCallError> {
        let Self { first, deadline, now } = *self;
        if policy.paused() && !reservation.is_cancel() {
            return Err(SignCallError::Paused);
        }
        if deadline < first {
            return Err(SignCallError::OutOfDate { deadline, now });
        }
        Ok(())
    }
}

/// Requires the reservation of the claim, and the owner's key.
pub(crate) fn check_parties(
    claim: &Claim,
    reservation: &Reservation,
    (owner, action): (EvmAddress, &CallAction),
    signer: &dyn CallSigner,
) -> Result<(), SignCallError> {
    let is_meant = action.is_cancel() || !reservation.is_cancel();
    if reservation.claim() != claim || !is_meant {
        return Err(SignCallError::OtherReservation);
    }
    let found = signer.account();
    if owner != found {
        return Err(SignCallError::OtherKey { expected: owner, found });
    }
    Ok(())
}
