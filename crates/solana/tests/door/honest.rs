//! Verify, reserve, sign.

use std::sync::Arc;

use countersign_approval::{
    Claim, CosignTerms, Ledger, Policy, Reservation, SolanaFacts, Terms, reserve,
};
use countersign_solana::*;
use countersign_units::UnixSeconds;

async fn approve(
    payload: CosignPayload,
    terms: &Arc<Terms<CosignTerms>>,
    ledger: &dyn Ledger,
    policy: &Policy,
    signer: &LocalCosignSigner,
    now: UnixSeconds,
) -> Result<(), Box<dyn std::error::Error>> {
    let facts = SolanaFacts::default();
    let judgement: Judgement = judge(&payload, &terms.approval, &facts, now)?;
    let unverified = payload.clone();
    let cosign: VerifiedCosign = verify(payload, terms, &facts, now)?;
    let claim: Claim = cosign.claim();
    let reservation: Reservation = reserve(ledger, claim, policy, now).await?;
    sign(&cosign, &reservation, policy, signer, now).await?;
    let _ = (judgement, unverified, cosign, signer, reservation);
    Ok(())
}

fn main() {
    let _ = approve;
}
