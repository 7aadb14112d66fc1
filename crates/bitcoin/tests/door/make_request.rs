//! A request for a key is made out of evidence alone.

use std::sync::Arc;

use countersign_approval::{BitcoinFacts, Claim, HtlcTerms, Ledger, Policy, Reservation, Terms, reserve};
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
    let _ = KeyRequest { public_key: [2; 33], tweak: KeyTweak::None, evidence: CoinEvidence::Psbt(&psbt) };
    let recipe: RefundRecipe = psbt.refund_recipe().clone();
    let _ = (judgement, unverified, recipe, signer, reservation);
    Ok(())
}

fn main() {
    let _ = approve;
}
