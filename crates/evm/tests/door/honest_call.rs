//! Verify, reserve, sign a transaction of our own.

use std::sync::Arc;

use countersign_approval::{
    CallFacts, CallTerms, Claim, Ledger, Policy, Reservation, Terms, reserve,
};
use countersign_evm::*;
use countersign_units::UnixSeconds;

async fn send(
    draft: CallDraft,
    terms: &Arc<Terms<CallTerms>>,
    ledger: &dyn Ledger,
    policy: &Policy,
    signer: &LocalSigner,
    now: UnixSeconds,
) -> Result<(), Box<dyn std::error::Error>> {
    let unverified = draft.clone();
    let call: VerifiedCall = verify_call(draft, terms, &CallFacts::default(), now)?;
    let claim: Claim = call.claim();
    let reservation: Reservation = reserve(ledger, claim.clone(), policy, now).await?;
    let _ = sign_call(&call, &reservation, policy, signer, now).await?;
    let _ = (unverified, claim);
    Ok(())
}

fn main() {
    let _ = send;
}
