use countersign_approval::{Policy, Reservation};
use countersign_units::{EvmAddress, UnixSeconds};

use crate::{PermitSigner, SignPermit, SignatureError, SignedPermit, SignerError, VerifiedPermit};

/// Why a verified permit was not signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// Policy says that nothing is signed now.
    #[error("signing is paused by policy")]
    Paused,
    /// The permit can no longer be used, or not for as long as policy wants.
    #[error("the permit is valid until {valid_until}, now is {now}: too late to sign it")]
    OutOfDate {
        /// The last moment at which it could be used, in Unix seconds.
        valid_until: UnixSeconds,
        /// When it was to be signed, in Unix seconds.
        now: UnixSeconds,
    },
    /// The reservation is for another swap or another digest.
    #[error("the reservation is for another permit")]
    OtherReservation,
    /// The key at hand is not the owner's.
    #[error("expected the key of {expected}, found that of {found}")]
    OtherKey {
        /// The permit's owner.
        expected: EvmAddress,
        /// The signer's address.
        found: EvmAddress,
    },
    /// The key backend did not sign.
    #[error(transparent)]
    Backend(#[from] SignerError),
    /// The key backend signed something else.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

/// Signs a verified and reserved permit, and recovers the signature before it is let out.
///
/// ECDSA over secp256k1 is deterministic in most backends, and either way a second signature over
/// the same digest spends the same nonce: calling this again after a backend failed doubles
/// nothing.
///
/// # Errors
///
/// Returns a [`SignError`]; no signature exists then, except where a backend made a wrong one.
pub async fn sign(
    permit: &VerifiedPermit,
    reservation: &Reservation,
    policy: &Policy,
    signer: &dyn PermitSigner,
    now: UnixSeconds,
) -> Result<SignedPermit, SignError> {
    if policy.paused() {
        return Err(SignError::Paused);
    }
    let valid_until = permit.valid_until();
    if valid_until < now.saturating_add(permit.terms().approval.min_remaining.max(1)) {
        return Err(SignError::OutOfDate { valid_until, now });
    }
    if !reservation.is_for(&permit.claim()) {
        return Err(SignError::OtherReservation);
    }
    let (expected, found) = (permit.permit().owner(), signer.address());
    if expected != found {
        return Err(SignError::OtherKey { expected, found });
    }
    let signature = signer.sign_permit(&SignPermit::new(permit)).await?;
    Ok(SignedPermit::check(signature, permit.digest(), expected)?)
}
