use countersign_approval::{Policy, Reservation};
use countersign_units::UnixSeconds;

use super::{SignedTransfer, TransferRequest, TransferSigner, VerifiedTransfer};
use crate::SignError;
use crate::sign::{filled, require_open};

/// Signs a verified and reserved transfer, and verifies the signature before it is let out.
///
/// Signing again doubles nothing: Ed25519 gives the same signature over the same message, and the
/// chain takes a message once.
///
/// # Errors
///
/// Returns a [`SignError`]; no signature is let out then.
pub async fn sign_transfer(
    transfer: &VerifiedTransfer,
    reservation: &Reservation,
    policy: &Policy,
    signer: &dyn TransferSigner,
    now: UnixSeconds,
) -> Result<SignedTransfer, SignError> {
    require_open(policy, transfer.valid_until(), now)?;
    if !reservation.is_for(&transfer.claim()) {
        return Err(SignError::OtherReservation);
    }
    let request = TransferRequest::new(transfer);
    let signature = signer.sign_transfer(&request).await?;
    let wire = filled(transfer.judgement().decoded(), request.owner(), &signature)?;
    Ok(SignedTransfer::new(wire.into(), signature, transfer))
}
