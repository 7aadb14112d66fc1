use std::fmt;

use countersign_approval::{Policy, Reservation};
use countersign_units::UnixSeconds;
use prost::Message;

use super::VerifiedTronCall;
use super::wire::Signed;
use crate::call::sign::{Moment, check_parties};
use crate::{
    CallEvidence, CallSigner, SignCall, SignCallError, SignatureError, UncheckedSignature,
};

/// A transaction on Tron with a signature that recovers to its owner, as the bytes that are sent.
///
/// Whoever has them can send it. `Display` writes them in hex, `Debug` shows the id alone.
#[derive(Clone, PartialEq, Eq)]
#[must_use = "a transaction that is dropped has still been signed"]
pub struct SignedTronCall {
    bytes: Vec<u8>,
    id: [u8; 32],
}

/// Signs a verified and reserved transaction on Tron, and recovers the signature before it is let
/// out.
///
/// A second signature over the same hash is of the same transaction, which is mined once: calling
/// this again after a backend failed doubles nothing.
///
/// # Errors
///
/// Returns a [`SignCallError`]; no signature exists then, except where a backend made a wrong one.
pub async fn sign_tron_call(
    call: &VerifiedTronCall,
    reservation: &Reservation,
    policy: &Policy,
    signer: &dyn CallSigner,
    now: UnixSeconds,
) -> Result<SignedTronCall, SignCallError> {
    let first = now.saturating_add(call.terms().approval.min_remaining.max(1));
    Moment { first, deadline: call.valid_until(), now }.check(policy, reservation)?;
    let (owner, action) = (call.call().owner(), call.call().action());
    check_parties(&call.claim(), reservation, (owner, action), signer)?;
    let signature = signer.sign_call(&SignCall::new(CallEvidence::Tron(call))).await?;
    Ok(SignedTronCall::check(call, &signature)?)
}

impl SignedTronCall {
    /// Recovers the signer, and lets the transaction out if it is the owner.
    fn check(
        call: &VerifiedTronCall,
        unchecked: &UncheckedSignature,
    ) -> Result<Self, SignatureError> {
        let id = *call.sighash().as_bytes();
        unchecked.check(&id, call.call().owner())?;
        let signature = vec![unchecked.with_v().to_vec()];
        let raw_data = call.draft().as_bytes().to_vec();
        Ok(Self { bytes: Signed { raw_data, signature }.encode_to_vec(), id })
    }

    /// Returns the bytes that are sent: `raw_data` and one signature, as a protocol buffer.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the id by which the chain knows the transaction.
    pub const fn id(&self) -> &[u8; 32] {
        &self.id
    }
}

impl fmt::Display for SignedTronCall {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex::encode(&self.bytes))
    }
}

impl fmt::Debug for SignedTronCall {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SignedTronCall({})", hex::encode(self.id))
    }
}
