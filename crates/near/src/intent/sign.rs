use countersign_approval::{Policy, Reservation};
use countersign_units::UnixSeconds;

use super::signature::{self, SignatureError};
use super::{
    IntentSigner, SignIntent, SignedIntent, SignerError, VerifiedIntent, implicit_account,
};

/// Why a verified intent was not signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// Policy says that nothing is signed now.
    #[error("signing is paused by policy")]
    Paused,
    /// The intent can no longer be used, or the deposit is of no use any more.
    #[error("the intent is to be signed before {until}, now is {now}: too late to sign it")]
    OutOfDate {
        /// The last moment at which it is of use, in Unix seconds.
        until: UnixSeconds,
        /// When it was to be signed, in Unix seconds.
        now: UnixSeconds,
    },
    /// The reservation is for another swap or another digest.
    #[error("the reservation is for another intent")]
    OtherReservation,
    /// The key at hand is not the agreed one.
    #[error("expected the key of {expected}, found that of {found}")]
    OtherKey {
        /// The account that the agreed key controls by itself.
        expected: String,
        /// That of the key at hand.
        found: String,
    },
    /// The key backend did not sign.
    #[error(transparent)]
    Backend(#[from] SignerError),
    /// The key backend signed something else.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

/// Signs a verified and reserved intent, and verifies the signature before it is let out.
///
/// Signing again doubles nothing: the contract takes a nonce of an account once.
///
/// # Errors
///
/// Returns a [`SignError`]; no signature is let out then.
pub async fn sign(
    intent: &VerifiedIntent,
    reservation: &Reservation,
    policy: &Policy,
    signer: &dyn IntentSigner,
    now: UnixSeconds,
) -> Result<SignedIntent, SignError> {
    if policy.paused() {
        return Err(SignError::Paused);
    }
    let terms = &intent.terms().approval;
    let until = intent.valid_until().min(terms.fund_by);
    if until < now.saturating_add(terms.min_remaining.max(1)) {
        return Err(SignError::OutOfDate { until, now });
    }
    if !reservation.is_for(&intent.claim()) {
        return Err(SignError::OtherReservation);
    }
    let (expected, found) = (terms.key, signer.key());
    if expected != found {
        let [expected, found] = [expected, found].map(|key| implicit_account(&key));
        return Err(SignError::OtherKey { expected, found });
    }
    let unchecked = signer.sign_intent(&SignIntent::new(intent)).await?;
    let signature = signature::check(&unchecked, intent.to_sign(), &expected)?;
    Ok(SignedIntent::new(intent, &signature))
}
