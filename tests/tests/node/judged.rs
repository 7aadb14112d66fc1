//! What changes on the chain after an offer was made is seen, and judged.

use alloy::primitives::U256;
use countersign::approval::Code;
use serde_json::json;

use crate::bindings::SandboxToken;
use crate::chain::{Chain, MINTED};
use crate::offer::Offer;

/// Where a proxy keeps its implementation, by ERC-1967.
const SLOT: &str = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";

/// Starts a chain with an offer that is good, until something changes.
async fn good_offer() -> Option<(Chain, Offer)> {
    let chain = Chain::start().await?;
    chain.approve(4_000).await;
    let offer = Offer::on(&chain, 4_000, 7).await;
    assert!(offer.verify(&chain).await.is_ok());
    Some((chain, offer))
}

async fn assert_refused(chain: &Chain, offer: &Offer, expected: Code) {
    let refusal = offer.verify(chain).await.unwrap_err();
    let codes: Vec<_> = refusal.violations().iter().map(|violation| violation.code).collect();
    assert_eq!(codes, [expected], "{refusal}");
}

#[tokio::test]
async fn an_owner_that_delegated_its_account() {
    let Some((chain, offer)) = good_offer().await else { return };
    let delegation = format!("0xef0100{}", "de".repeat(20));
    chain.anvil.ask("anvil_setCode", json!([chain.owner, delegation])).await.unwrap();
    assert_refused(&chain, &offer, Code::Owner).await;
}

#[tokio::test]
async fn an_escrow_that_is_a_proxy() {
    let Some((chain, offer)) = good_offer().await else { return };
    let implementation = format!("0x{:0>64}", "1e".repeat(20));
    let params = json!([chain.escrow, SLOT, implementation]);
    chain.anvil.ask("anvil_setStorageAt", params).await.unwrap();
    assert_refused(&chain, &offer, Code::Spender).await;
}

#[tokio::test]
async fn an_owner_that_has_too_little() {
    let Some((chain, offer)) = good_offer().await else { return };
    let amount = U256::from(MINTED - 3_999);
    let call = SandboxToken::transferCall { to: chain.operator, amount };
    chain.execute(chain.owner, chain.token, &call).await.unwrap();
    assert_refused(&chain, &offer, Code::Amount).await;
}

#[tokio::test]
async fn a_chain_whose_clock_is_another() {
    let Some((chain, offer)) = good_offer().await else { return };
    chain.pass(400).await;
    assert_refused(&chain, &offer, Code::Clock).await;
}
