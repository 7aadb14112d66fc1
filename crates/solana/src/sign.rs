use countersign_approval::{Policy, Reservation};
use countersign_units::{SolanaAddress, UnixSeconds};

use crate::decode::{self, Decoded};
use crate::{CosignRequest, CosignSigner, SignedCosign, SignerError, VerifiedCosign, ed25519};

/// Why a verified transaction was not signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// Policy says that nothing is signed now.
    #[error("signing is paused by policy")]
    Paused,
    /// The transaction is to be signed no longer.
    #[error("the transaction was valid until {valid_until}, now is {now}")]
    OutOfDate {
        /// The last moment at which it could be signed, in Unix seconds.
        valid_until: UnixSeconds,
        /// When it was to be signed, in Unix seconds.
        now: UnixSeconds,
    },
    /// The reservation is for another swap or another transaction.
    #[error("the reservation is for another transaction")]
    OtherReservation,
    /// The key backend did not sign.
    #[error(transparent)]
    Backend(#[from] SignerError),
    /// The key backend signed something else, or by another key.
    #[error("expected a signature of {user} over the message, found another")]
    Signature {
        /// The key that had to sign.
        user: SolanaAddress,
    },
    /// The signed transaction is not the one that was verified: our own mistake.
    #[error("expected the signed transaction to differ in our signature alone")]
    Altered,
}

/// Signs a verified and reserved transaction, and verifies the signature before it is let out.
///
/// Signing again doubles nothing: Ed25519 gives the same signature over the same message, and the
/// chain takes a message once.
///
/// # Errors
///
/// Returns a [`SignError`]; no signature is let out then.
pub async fn sign(
    cosign: &VerifiedCosign,
    reservation: &Reservation,
    policy: &Policy,
    signer: &dyn CosignSigner,
    now: UnixSeconds,
) -> Result<SignedCosign, SignError> {
    require_open(policy, cosign.valid_until(), now)?;
    if !reservation.is_for(&cosign.claim()) {
        return Err(SignError::OtherReservation);
    }
    let request = CosignRequest::new(cosign);
    let signature = signer.sign_message(&request).await?;
    fill(cosign.judgement().decoded(), request.user(), signature)
}

/// Something is signed now, and this still is.
pub(crate) fn require_open(
    policy: &Policy,
    valid_until: UnixSeconds,
    now: UnixSeconds,
) -> Result<(), SignError> {
    if policy.paused() {
        return Err(SignError::Paused);
    }
    if valid_until <= now {
        return Err(SignError::OutOfDate { valid_until, now });
    }
    Ok(())
}

/// Verifies a signature and puts it into our slot; [`sign`] alone decides whether it may be made.
pub(crate) fn fill(
    decoded: &Decoded,
    user: SolanaAddress,
    signature: [u8; 64],
) -> Result<SignedCosign, SignError> {
    let wire = filled(decoded, user, &signature)?;
    Ok(SignedCosign::new(wire.into(), decoded.form(), signature, user))
}

/// Verifies a signature and writes the transaction with it.
pub(crate) fn filled(
    decoded: &Decoded,
    user: SolanaAddress,
    signature: &[u8; 64],
) -> Result<Vec<u8>, SignError> {
    if !ed25519::is_signed(&user, decoded.message_bytes(), signature) {
        return Err(SignError::Signature { user });
    }
    let wire = decoded.with_signature(&user, signature).ok_or(SignError::Altered)?;
    require_same(decoded, &wire, &user, signature)?;
    Ok(wire)
}

/// Reads the signed bytes anew: they differ from those that were verified in our slot alone.
fn require_same(
    before: &Decoded,
    wire: &[u8],
    user: &SolanaAddress,
    signature: &[u8; 64],
) -> Result<(), SignError> {
    let after = decode::decode(wire.to_vec(), before.form()).map_err(|_| SignError::Altered)?;
    let slots = before.signers().zip(before.signatures()).zip(after.signatures());
    let mut same = after.message_bytes() == before.message_bytes();
    for ((signer, old), new) in slots {
        same &= if signer == *user { new == signature } else { new == old };
    }
    if same { Ok(()) } else { Err(SignError::Altered) }
}
