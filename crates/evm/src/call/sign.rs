use countersign_approval::{Policy, Reservation};
use countersign_units::{EvmAddress, UnixSeconds};

use super::{CallSigner, SignCall, SignedCall, VerifiedCall};
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
    if policy.paused() {
        return Err(SignCallError::Paused);
    }
    let deadline = call.deadline();
    if deadline < now.saturating_add(call.terms().approval.min_remaining.max(1)) {
        return Err(SignCallError::OutOfDate { deadline, now });
    }
    if *reservation.claim() != call.claim() {
        return Err(SignCallError::OtherReservation);
    }
    let (expected, found) = (call.call().owner(), signer.account());
    if expected != found {
        return Err(SignCallError::OtherKey { expected, found });
    }
    let signature = signer.sign_call(&SignCall::new(call)).await?;
    Ok(SignedCall::check(call, &signature)?)
}
