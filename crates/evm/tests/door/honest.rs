//! Verify, reserve, sign.

use std::sync::Arc;

use countersign_approval::{
    Claim, EvmFacts, Ledger, Permit2Terms, Policy, Reservation, Terms, reserve,
};
use countersign_evm::*;
use countersign_units::UnixSeconds;

async fn approve(
    payload: PermitPayload,
    terms: &Arc<Terms<Permit2Terms>>,
    ledger: &dyn Ledger,
    policy: &Policy,
    signer: &LocalSigner,
    now: UnixSeconds,
) -> Result<(), Box<dyn std::error::Error>> {
    let judgement: Judgement = judge(&payload, &terms.approval, &EvmFacts::default(), now)?;
    let unverified = payload.clone();
    let permit: VerifiedPermit = verify(payload, terms, &EvmFacts::default(), now)?;
    let claim: Claim = permit.claim();
    let reservation: Reservation = reserve(ledger, claim.clone(), policy, now).await?;
    let _ = sign(&permit, &reservation, policy, signer, now).await?;
    let _ = (judgement, unverified, claim);
    Ok(())
}

fn main() {
    let _ = approve;
}
