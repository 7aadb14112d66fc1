//! What the contracts themselves refuse, by their own errors.

use alloy::primitives::U256;

use crate::chain::{Chain, MINTED};
use crate::offer::{HOLDS, Offer};

/// Asserts that a deposit failed with this error and moved nothing.
async fn assert_reverts(chain: &Chain, outcome: Result<serde_json::Value, String>, name: &str) {
    assert_eq!(outcome.unwrap_err(), name);
    assert_eq!(chain.balance(chain.owner).await, U256::from(MINTED));
}

#[tokio::test]
async fn a_replay_reverts_with_invalid_nonce() {
    let Some(chain) = Chain::start().await else { return };
    chain.approve(10_000).await;
    let first = Offer::on(&chain, 4_000, 7).await;
    let signature = first.signed(&chain).await;
    first.deposit(&chain, &signature).await.unwrap();
    // The escrow takes no secret hash twice.
    assert_eq!(first.deposit(&chain, &signature).await.unwrap_err(), "Taken");
    // With another secret the call gets as far as Permit2, whose nonce is used.
    let again = Offer { secret: 8, ..first.clone() };
    assert_eq!(again.deposit(&chain, &signature).await.unwrap_err(), "InvalidNonce");
    assert_eq!(chain.balance(chain.escrow).await, U256::from(4_000));
}

#[tokio::test]
async fn a_signature_over_anything_else_reverts_with_invalid_signer() {
    let Some(chain) = Chain::start().await else { return };
    chain.approve(10_000).await;
    let signed = Offer::on(&chain, 4_000, 7).await;
    let signature = signed.signed(&chain).await;
    for other in [
        Offer { amount: 4_001, ..signed.clone() },
        Offer { nonce: 8, ..signed.clone() },
        Offer { deadline: signed.deadline + 1, ..signed.clone() },
        Offer { resolver: chain.operator, ..signed.clone() },
        Offer { secret: 8, ..signed.clone() },
        Offer { owner: chain.operator, ..signed },
    ] {
        assert_reverts(&chain, other.deposit(&chain, &signature).await, "InvalidSigner").await;
    }
}

#[tokio::test]
async fn an_expired_permit_reverts_with_signature_expired() {
    let Some(chain) = Chain::start().await else { return };
    chain.approve(10_000).await;
    let offer = Offer::on(&chain, 4_000, 7).await;
    let signature = offer.signed(&chain).await;
    chain.pass(HOLDS + 60).await;
    assert_reverts(&chain, offer.deposit(&chain, &signature).await, "SignatureExpired").await;
}

#[tokio::test]
async fn a_missing_allowance_reverts_with_the_transfers_error() {
    let Some(chain) = Chain::start().await else { return };
    chain.approve(4_000).await;
    let offer = Offer::on(&chain, 4_000, 7).await;
    let signature = offer.signed(&chain).await;
    chain.approve(3_999).await;
    let outcome = offer.deposit(&chain, &signature).await;
    assert_reverts(&chain, outcome, "TRANSFER_FROM_FAILED").await;
    // The nonce is still free, so that the same signature does once the allowance is there.
    chain.approve(4_000).await;
    offer.deposit(&chain, &signature).await.unwrap();
}
