//! Verify, reserve, sign.

use std::sync::Arc;

use countersign_approval::{
    BitcoinFacts, Claim, HtlcTerms, Ledger, Policy, Reservation, Terms, reserve,
};
use countersign_bitcoin::*;
use countersign_units::UnixSeconds;

async fn approve(
    payload: PsbtPayload,
    terms: &Arc<Terms<HtlcTerms>>,
    ledger: &dyn Ledger,
    policy: &Policy,
    signer: &LocalCoinSigner,
    now: UnixSeconds,
) -> Result<(), Box<dyn std::error::Error>> {
    let judgement: Judgement = judge(&payload, &terms.approval, &BitcoinFacts::default(), now)?;
    let unverified = payload.clone();
    let psbt: VerifiedPsbt = verify(payload, terms, &BitcoinFacts::default(), now)?;
    let claim: Claim = psbt.claim();
    let reservation: Reservation = reserve(ledger, claim, policy, now).await?;
    sign(&psbt, &reservation, policy, signer, now).await?;
    let recipe: RefundRecipe = psbt.refund_recipe().clone();
    let _ = (judgement, unverified, recipe, signer, reservation);
    Ok(())
}

fn main() {
    let _ = approve;
}
