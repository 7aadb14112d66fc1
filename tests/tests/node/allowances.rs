//! A missing allowance is refused, and made up for by exactly the calls that are named.

use alloy::primitives::Address;
use countersign::approval::Code;
use countersign::evm::ApproveCall;
use countersign::units::Lots;
use countersign_chain_rpc::OpenAllowance;
use tempo_contracts::PERMIT2_ADDRESS;

use crate::chain::{CHAIN_ID, Chain, MINTED, our_address};
use crate::offer::Offer;

async fn open(chain: &Chain) -> OpenAllowance {
    let [owner, permit2, token] = [chain.owner, PERMIT2_ADDRESS, chain.token].map(our_address);
    let mut open = chain.view().allowances(CHAIN_ID, owner, permit2, &[token]).await.unwrap();
    assert_eq!(open.len(), 1);
    open.swap_remove(0)
}

/// Asserts that an allowance is refused until the calls were sent that make up for it.
async fn assert_made_up(chain: &Chain, amount: u64, calls: usize) {
    let offer = Offer::on(chain, amount, amount).await;
    let refusal = offer.verify(chain).await.unwrap_err();
    let codes: Vec<_> = refusal.violations().iter().map(|violation| violation.code).collect();
    assert_eq!(codes, [Code::Allowance], "{refusal}");

    let to_send = open(chain).await.calls_to_cover(our_address(PERMIT2_ADDRESS), amount.into());
    assert_eq!(to_send.len(), calls);
    for call in &to_send {
        chain.send(call).await.unwrap();
    }
    let after = open(chain).await;
    assert_eq!((after.allowance, after.unlimited), (Lots::from(amount), false));
    let signature = offer.signed(chain).await;
    offer.deposit(chain, &signature).await.unwrap();
}

#[tokio::test]
async fn a_missing_allowance_is_made_up_for() {
    let Some(chain) = Chain::start().await else { return };
    let nothing = open(&chain).await;
    assert!(!nothing.is_open());
    assert_eq!(nothing.balance, Lots::from(MINTED));
    assert_made_up(&chain, 4_000, 1).await;
    assert!(!open(&chain).await.is_open(), "the deposit used it up");
    chain.approve(1).await;
    assert_made_up(&chain, 5_000, 2).await;
}

#[tokio::test]
async fn a_token_that_wants_zero_between_two_allowances_gets_it() {
    let Some(chain) = Chain::start_strict().await else { return };
    chain.approve(1).await;
    let [token, permit2] = [chain.token, PERMIT2_ADDRESS].map(our_address);
    // The second call alone fails.
    let calls = ApproveCall::to_cover(token, permit2, Lots::ZERO, Lots::from(5_000));
    assert_eq!(chain.send(&calls[0]).await.unwrap_err(), "no reason");
    assert_made_up(&chain, 5_000, 2).await;
}

#[tokio::test]
async fn any_amount_is_reported_as_such() {
    let Some(chain) = Chain::start().await else { return };
    let [token, permit2] = [chain.token, PERMIT2_ADDRESS].map(our_address);
    for call in ApproveCall::to_cover(token, permit2, Lots::ZERO, Lots::MAX) {
        chain.send(&call).await.unwrap();
    }
    assert!(open(&chain).await.unlimited);
    assert_ne!(chain.token, Address::ZERO);
}
