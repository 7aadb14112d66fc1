//! Prove, verify, reserve, sign.

use std::sync::Arc;

use countersign_approval::{
    Claim, IntentTerms, Ledger, NearFacts, Policy, QuoteTerms, Reservation, Terms, reserve,
};
use countersign_near::*;
use countersign_units::UnixSeconds;

async fn fund(
    answer: QuoteAnswer,
    asked: &Arc<Terms<QuoteTerms>>,
    keys: &QuoteKeys,
    owner: IntentOwner,
    payload: IntentPayload,
    ledger: &dyn Ledger,
    policy: &Policy,
    signer: &LocalEd25519Signer,
    now: UnixSeconds,
) -> Result<(), Box<dyn std::error::Error>> {
    let facts = NearFacts::default();
    let (unproven, unverified) = (answer.clone(), payload.clone());
    let quote: ProvenQuote = prove(answer, asked, keys, now)?;
    let terms: Arc<Terms<IntentTerms>> = Arc::new(intent_terms(&quote, owner)?);
    let intent: VerifiedIntent = verify_intent(payload, &terms, &facts, now)?;
    let claim: Claim = intent.claim();
    let reservation: Reservation = reserve(ledger, claim.clone(), policy, now).await?;
    let _signed = sign_intent(&intent, &reservation, policy, signer, now).await?;
    let _ = (unproven, unverified, claim, quote, intent, signer, reservation);
    Ok(())
}

fn main() {
    let _ = fund;
}
