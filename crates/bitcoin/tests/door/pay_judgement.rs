//! A verdict about a draft is not evidence.

use std::sync::Arc;

use countersign_approval::{FeeRate, Ledger, PaymentFacts, PaymentTerms, Policy, Terms, reserve};
use countersign_bitcoin::*;
use countersign_units::UnixSeconds;

async fn pay(
    terms: &Arc<Terms<PaymentTerms>>,
    facts: &PaymentFacts,
    ledger: &dyn Ledger,
    policy: &Policy,
    signer: &LocalCoinSigner,
    now: UnixSeconds,
) -> Result<(), Box<dyn std::error::Error>> {
    let draft = build_payment(&terms.approval, FeeRate::from_sats_per_vb(5), facts)?;
    let judgement: PaymentJudgement = judge_payment(&draft, &terms.approval, facts, now)?;
    let payment: VerifiedPayment = verify_payment(draft.clone(), terms, facts, now)?;
    let reservation = reserve(ledger, payment.claim(), policy, now).await?;
    sign_payment(&judgement, &reservation, policy, signer, now).await?;
    let _ = (draft, judgement, payment);
    Ok(())
}

fn main() {
    let _ = pay;
}
