//! What we send ourselves, taken and executed by the node: deposits, allowances, and cancels.

use alloy::primitives::U256;
use countersign::approval::{
    BroadcastError, CallAction, CallChainView, CallOutcome, CallState, Code, Fact,
};
use countersign::evm::{CallDraft, VerifyError};
use countersign::units::{EvmAddress, Lots};
use serde_json::json;
use tempo_contracts::PERMIT2_ADDRESS;

use crate::chain::{CHAIN_ID, Chain, MINTED, alloy_address, our_address};
use crate::offer::Offer;
use crate::own_call::{NOTHING, OwnCall, send, settled};

const DEPOSIT: EvmAddress = EvmAddress::new([0xde; 20]);

fn native(amount: u64) -> CallAction {
    CallAction::TransferNative { to: DEPOSIT, amount: Lots::from(amount) }
}

fn token(chain: &Chain, amount: u64) -> CallAction {
    let token = our_address(chain.token);
    CallAction::TransferToken { token, to: DEPOSIT, amount: Lots::from(amount) }
}

fn approve(chain: &Chain, amount: u64) -> CallAction {
    let [token, permit2] = [chain.token, PERMIT2_ADDRESS].map(our_address);
    CallAction::Approve { token, permit2, amount: Lots::from(amount) }
}

async fn native_balance(chain: &Chain, account: EvmAddress) -> U256 {
    let account = alloy_address(account);
    let answer = chain.anvil.ask("eth_getBalance", json!([account, "latest"])).await.unwrap();
    answer.as_str().unwrap().parse().unwrap()
}

/// Returns the codes that a call is refused by; none means that it is not.
async fn refused(chain: &Chain, call: &OwnCall) -> Vec<Code> {
    match call.verified(chain, NOTHING).await {
        Ok(_) => vec![],
        Err(VerifyError::Refused(refusal)) => {
            refusal.violations().iter().map(|violation| violation.code).collect()
        }
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn every_fact_is_read() {
    let Some(chain) = Chain::start().await else { return };
    let nonce = U256::from(7);
    let permit2 = our_address(PERMIT2_ADDRESS);
    for action in [
        native(5),
        token(&chain, 5),
        approve(&chain, 5),
        CallAction::invalidate(permit2, nonce),
        CallAction::ReplaceNonce,
    ] {
        let call = OwnCall::next(&chain, action).await;
        let facts = call.facts(&chain).await;
        for fact in Fact::CALL {
            // Who gets a token is read too, though nothing is judged by it.
            let told = fact == Fact::RecipientCode && action.recipient().is_some();
            assert_eq!(facts.has(fact), action.needs(fact) || told, "{action:?} {fact}");
        }
        let verified = call.verified(&chain, NOTHING).await.unwrap();
        assert_eq!(verified.call().action(), &action);
    }
}

#[tokio::test]
async fn a_deposit_of_the_chains_own_coin_arrives() {
    let Some(chain) = Chain::start().await else { return };
    send(&chain, native(4_000_000)).await;
    assert_eq!(native_balance(&chain, DEPOSIT).await, U256::from(4_000_000));
    assert_eq!(chain.balance(chain.owner).await, U256::from(MINTED));
}

#[tokio::test]
async fn a_deposit_of_a_token_arrives() {
    let Some(chain) = Chain::start().await else { return };
    send(&chain, token(&chain, 4_000)).await;
    assert_eq!(chain.balance(alloy_address(DEPOSIT)).await, U256::from(4_000));
    assert_eq!(chain.balance(chain.owner).await, U256::from(MINTED - 4_000));
    assert_eq!(native_balance(&chain, DEPOSIT).await, U256::ZERO);
}

#[tokio::test]
async fn an_allowance_is_given_and_taken_back() {
    let Some(chain) = Chain::start().await else { return };
    let [owner, permit2, token] = [chain.owner, PERMIT2_ADDRESS, chain.token].map(our_address);
    for amount in [4_000, 0] {
        send(&chain, approve(&chain, amount)).await;
        let open = chain.view().allowances(CHAIN_ID, owner, permit2, &[token]).await.unwrap();
        assert_eq!(open[0].allowance, Lots::from(amount));
    }
}

#[tokio::test]
async fn a_permit_that_was_signed_is_made_useless_and_no_other() {
    let Some(chain) = Chain::start().await else { return };
    chain.approve(10_000).await;
    let [permit, neighbour] =
        [Offer::on(&chain, 4_000, 0x2a05).await, Offer::on(&chain, 1_000, 0x2a06).await];
    let signatures = [permit.signed(&chain).await, neighbour.signed(&chain).await];

    let nonce = countersign::units::U256::from(0x2a05);
    send(&chain, CallAction::invalidate(our_address(PERMIT2_ADDRESS), nonce)).await;

    assert_eq!(permit.facts(&chain.view()).await.nonce_bitmap, Some(U256::from(1) << 5));
    assert_eq!(permit.deposit(&chain, &signatures[0]).await.unwrap_err(), "InvalidNonce");
    assert_eq!(chain.balance(chain.owner).await, U256::from(MINTED));
    neighbour.deposit(&chain, &signatures[1]).await.unwrap();
    assert_eq!(chain.balance(chain.escrow).await, U256::from(1_000));
}

#[tokio::test]
async fn a_deposit_that_is_stuck_is_replaced() {
    let Some(chain) = Chain::start().await else { return };
    chain.anvil.ask("evm_setAutomine", json!([false])).await.unwrap();
    let stuck = OwnCall::next(&chain, native(4_000_000)).await;
    let verified = stuck.verified(&chain, NOTHING).await.unwrap();
    let deposit = stuck.signed(&chain, NOTHING).await;
    let view = chain.view();
    view.broadcast(CHAIN_ID, deposit.as_bytes()).await.unwrap();
    let state = async |hash: &[u8; 32]| view.call_state(CHAIN_ID, *hash).await.unwrap();
    assert_eq!(state(deposit.hash()).await, CallState::Pending);

    let replacement = OwnCall { action: CallAction::ReplaceNonce, ..stuck };
    let cheap = replacement.signed(&chain, NOTHING).await;
    let error = view.broadcast(CHAIN_ID, cheap.as_bytes()).await.unwrap_err();
    assert!(matches!(error, BroadcastError::Underpriced(_)), "{error:?}");
    let replacement = replacement.signed(&chain, verified.call().price()).await;
    view.broadcast(CHAIN_ID, replacement.as_bytes()).await.unwrap();
    chain.anvil.ask("evm_mine", json!([])).await.unwrap();

    let mined = settled(&chain, &replacement).await;
    assert!(
        matches!(mined, CallState::Mined { succeeded: true, confirmations: 1, .. }),
        "{mined:?}"
    );
    assert_eq!(state(deposit.hash()).await, CallState::Unknown);
    let error = view.broadcast(CHAIN_ID, deposit.as_bytes()).await.unwrap_err();
    assert_eq!(error, BroadcastError::NonceTooLow);
    assert_eq!(native_balance(&chain, DEPOSIT).await, U256::ZERO);
}

#[tokio::test]
async fn the_same_transaction_may_be_sent_again() {
    let Some(chain) = Chain::start().await else { return };
    chain.anvil.ask("evm_setAutomine", json!([false])).await.unwrap();
    let signed = OwnCall::next(&chain, native(5)).await.signed(&chain, NOTHING).await;
    let view = chain.view();
    for _ in 0..2 {
        view.broadcast(CHAIN_ID, signed.as_bytes()).await.unwrap();
    }
    chain.anvil.ask("evm_mine", json!([])).await.unwrap();
    settled(&chain, &signed).await;
    view.broadcast(CHAIN_ID, signed.as_bytes()).await.unwrap();
    assert_eq!(native_balance(&chain, DEPOSIT).await, U256::from(5));
}

#[tokio::test]
async fn a_node_of_another_chain_is_sent_nothing() {
    let Some(chain) = Chain::start().await else { return };
    let signed = OwnCall::next(&chain, native(5)).await.signed(&chain, NOTHING).await;
    let error = chain.view().broadcast(1, signed.as_bytes()).await.unwrap_err();
    assert!(matches!(error, BroadcastError::View(_)), "{error:?}");
    assert_eq!(native_balance(&chain, DEPOSIT).await, U256::ZERO);
}

#[tokio::test]
async fn what_would_fail_is_seen_before_it_is_signed() {
    let Some(chain) = Chain::start().await else { return };
    let too_much = OwnCall::next(&chain, token(&chain, MINTED + 1)).await;
    let facts = too_much.facts(&chain).await;
    assert!(matches!(facts.simulation, Some(CallOutcome::Failed(_))), "{facts:?}");
    assert!(CallDraft::build(&too_much.call_terms(&chain), &facts).is_err());

    let contract =
        CallAction::TransferNative { to: our_address(chain.escrow), amount: Lots::from(1) };
    let contract = OwnCall::next(&chain, contract).await;
    assert!(matches!(contract.facts(&chain).await.simulation, Some(CallOutcome::Failed(_))));

    let used = OwnCall { account_nonce: 0, ..OwnCall::next(&chain, native(5)).await };
    assert_eq!(refused(&chain, &used).await, []);
    send(&chain, native(5)).await;
    assert_eq!(refused(&chain, &used).await, [Code::Nonce]);
    let gap = OwnCall { account_nonce: 9, ..used };
    assert_eq!(refused(&chain, &gap).await, [Code::Nonce]);

    let no_token = CallAction::TransferToken {
        token: EvmAddress::new([0x99; 20]),
        to: DEPOSIT,
        amount: Lots::from(1),
    };
    // A call of an account without code succeeds, but nobody tells a balance there.
    let call = OwnCall::next(&chain, no_token).await;
    let query = countersign::evm::call_facts_query(&call.call_terms(&chain));
    assert!(chain.view().call_facts(&query).await.is_err());
}
