//! A signer takes no message, only a request that signing makes.

use std::sync::Arc;

use countersign_approval::{
    Claim, Ledger, Policy, Reservation, Terms, TransferFacts, TransferTerms, reserve,
};
use countersign_solana::*;
use countersign_units::UnixSeconds;

async fn deposit(
    terms: &Arc<Terms<TransferTerms>>,
    ledger: &dyn Ledger,
    policy: &Policy,
    signer: &LocalCosignSigner,
    now: UnixSeconds,
) -> Result<(), Box<dyn std::error::Error>> {
    let facts = TransferFacts::default();
    let plan = TransferPlan::new(&terms.approval, &facts, 0);
    let draft: TransferDraft = build_transfer(&terms.approval, &plan)?;
    let judgement: TransferJudgement = judge_transfer(&draft, &terms.approval, &facts, now)?;
    let unverified = draft.clone();
    let transfer: VerifiedTransfer = verify_transfer(draft, terms, &facts, now)?;
    let claim: Claim = transfer.claim();
    let reservation: Reservation = reserve(ledger, claim, policy, now).await?;
    let _ = signer.sign_transfer(&judgement.message()).await?;
    let _ = (judgement, unverified, transfer, signer, reservation);
    Ok(())
}

fn main() {
    let _ = deposit;
}
