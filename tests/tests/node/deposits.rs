//! A signature that was made in the right way moves the tokens, once.

use alloy::primitives::U256;
use countersign::approval::{Code, Fact};

use crate::chain::{Chain, MINTED};
use crate::offer::Offer;

#[tokio::test]
async fn a_verified_permit_moves_the_tokens_and_uses_its_nonce() {
    let Some(chain) = Chain::start().await else { return };
    chain.approve(5_000).await;
    let offer = Offer::on(&chain, 4_000, 0x2a05).await;
    let before = offer.facts(&chain.view()).await;
    assert!(Fact::EVM.into_iter().all(|fact| before.has(fact)), "{before:?}");
    assert_eq!(before.nonce_bitmap, Some(U256::ZERO));

    let signature = offer.signed(&chain).await;
    offer.deposit(&chain, &signature).await.unwrap();

    assert_eq!(chain.balance(chain.escrow).await, U256::from(4_000));
    assert_eq!(chain.balance(chain.owner).await, U256::from(MINTED - 4_000));
    let after = offer.facts(&chain.view()).await;
    assert_eq!(after.nonce_bitmap, Some(U256::from(1) << 5));
    assert_eq!(after.allowance, Some(1_000.into()));
    assert_eq!(after.balance, Some((MINTED - 4_000).into()));
}

#[tokio::test]
async fn a_used_nonce_is_refused_before_it_is_signed_again() {
    let Some(chain) = Chain::start().await else { return };
    chain.approve(10_000).await;
    let offer = Offer::on(&chain, 4_000, 7).await;
    let signature = offer.signed(&chain).await;
    offer.deposit(&chain, &signature).await.unwrap();

    let refusal = offer.verify(&chain).await.unwrap_err();
    let codes: Vec<_> = refusal.violations().iter().map(|violation| violation.code).collect();
    assert_eq!(codes, [Code::Nonce], "{refusal}");
    // The neighbour in the same word of the bitmap is free.
    let neighbour = Offer::on(&chain, 4_000, 8).await;
    assert!(neighbour.verify(&chain).await.is_ok());
}

#[tokio::test]
async fn another_contract_in_the_escrows_place_is_refused() {
    let Some(chain) = Chain::start().await else { return };
    chain.approve(10_000).await;
    let honest = Offer::on(&chain, 4_000, 1).await;
    assert!(honest.verify(&chain).await.is_ok());
    let code_hash = chain.code_hash(chain.token).await;
    let replaced = Offer { code_hash, ..honest };
    let refusal = replaced.verify(&chain).await.unwrap_err();
    assert!(refusal.has(Code::Spender), "{refusal}");
}
