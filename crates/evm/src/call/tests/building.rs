//! Drafts of our own making.

use countersign_approval::{CallAction, CallFacts, CallTerms};
use countersign_units::{Lots, U256};

use super::honest::{
    DEPOSIT, GWEI, NOW, PERMIT2, TOKEN, actions, by_alloy, draft, facts, owner, terms,
};
use crate::{BuildError, CallDraft, GasPrice, call_facts_query, judge_call};

#[test]
fn a_draft_is_what_alloy_makes_of_it_and_honest() {
    for action in actions() {
        let (terms, facts) = (terms(action), facts(&action));
        let built = CallDraft::build(&terms, &facts).unwrap();
        assert_eq!(built, draft(&by_alloy(&terms)), "{action:?}");
        let judgement = judge_call(&built, &terms, &facts, NOW).unwrap();
        assert_eq!(judgement.not_judged(), []);
        let call = judgement.call();
        assert_eq!((call.action(), call.account_nonce()), (&action, 7));
        assert_eq!((call.owner(), call.chain_id(), call.gas_limit()), (owner(), 1, 75_000));
        let price = GasPrice { max_fee_per_gas: 41 * GWEI, max_priority_fee_per_gas: GWEI };
        assert_eq!((call.price(), call.max_total_fee()), (price, 75_000 * 41 * GWEI));
        assert_eq!(built.to_string().parse(), Ok(built));
    }
}

#[test]
fn what_is_asked_is_what_would_be_sent() {
    for action in actions() {
        let (terms, query) = (terms(action), call_facts_query(&terms(action)));
        let sent = by_alloy(&terms);
        assert_eq!(sent.to.to().unwrap().as_slice(), query.to.as_bytes());
        assert_eq!((sent.value, &sent.input[..]), (query.value.value(), query.data.as_slice()));
        assert_eq!(query.recipient, action.recipient());
        let token = matches!(action, CallAction::TransferToken { .. }).then_some(TOKEN);
        assert_eq!(query.token, token);
    }
    assert_eq!(CallAction::ReplaceNonce.contract(), None);
    assert_eq!(actions()[0].recipient(), Some(DEPOSIT));
    assert_eq!(actions()[2].contract(), Some(PERMIT2));
}

fn build(change: impl Fn(&mut CallTerms, &mut CallFacts)) -> Result<GasPrice, BuildError> {
    build_over(GasPrice { max_fee_per_gas: 0, max_priority_fee_per_gas: 0 }, change)
}

fn build_over(
    waiting: GasPrice,
    change: impl Fn(&mut CallTerms, &mut CallFacts),
) -> Result<GasPrice, BuildError> {
    let action = CallAction::TransferNative { to: DEPOSIT, amount: Lots::from(1) };
    let (mut terms, mut facts) = (terms(action), facts(&action));
    change(&mut terms, &mut facts);
    let draft = CallDraft::build_over(&terms, &facts, waiting)?;
    Ok(judge_call(&draft, &terms, &facts, NOW).unwrap().call().price())
}

fn gwei(max_fee: u128, tip: u128) -> GasPrice {
    let [max_fee_per_gas, max_priority_fee_per_gas] =
        [max_fee, tip].map(|price| price.checked_mul(GWEI).unwrap());
    GasPrice { max_fee_per_gas, max_priority_fee_per_gas }
}

#[test]
fn a_price_stays_within_bounds() {
    assert_eq!(build(|_, _| {}), Ok(gwei(41, 1)));
    assert_eq!(build(|_, facts| facts.priority_fee = Some(9 * GWEI)), Ok(gwei(43, 3)));
    assert_eq!(build(|terms, _| terms.max_fee_per_gas = 30 * GWEI), Ok(gwei(30, 1)));
    // What the whole may cost bounds the price too, for as much gas as the draft carries.
    assert_eq!(build(|terms, _| terms.max_total_fee = 75_000 * 25 * GWEI), Ok(gwei(25, 1)));
    let beyond = BuildError::Price { needed: 21 * GWEI, most: 20 * GWEI };
    assert_eq!(build(|terms, _| terms.max_fee_per_gas = 20 * GWEI), Err(beyond.clone()));
    assert_eq!(build(|terms, _| terms.max_total_fee = 75_000 * 20 * GWEI), Err(beyond));
    let gas = BuildError::Gas { needed: 60_000, most: 59_999 };
    assert_eq!(build(|terms, _| terms.max_gas = 59_999), Err(gas));
    assert!(build(|terms, _| terms.max_gas = 60_000).is_ok());
    let missing = |change: fn(&mut CallFacts)| build(|_, facts| change(facts)).unwrap_err();
    assert_eq!(missing(|facts| facts.gas = None), BuildError::Missing("gas"));
    assert_eq!(missing(|facts| facts.base_fee = None), BuildError::Missing("base_fee"));
    assert_eq!(missing(|facts| facts.priority_fee = None), BuildError::Missing("priority_fee"));
}

#[test]
fn what_waits_is_outbid_by_an_eighth() {
    assert_eq!(build_over(gwei(8, 0), |_, _| {}), Ok(gwei(41, 1)));
    assert_eq!(build_over(gwei(40, 2), |_, _| {}).unwrap().max_priority_fee_per_gas, 2_250_000_000);
    let over = build_over(gwei(80, 1), |_, _| {}).unwrap();
    assert_eq!(
        over,
        GasPrice { max_fee_per_gas: 100 * GWEI, max_priority_fee_per_gas: 1_125_000_000 }
    );
    let beyond = BuildError::Price { needed: 112_500_000_000, most: 100 * GWEI };
    assert_eq!(build_over(gwei(100, 1), |_, _| {}), Err(beyond));
    let beyond = BuildError::Price { needed: 3_375_000_000, most: 3 * GWEI };
    assert_eq!(build_over(gwei(40, 3), |_, _| {}), Err(beyond));
    let odd = GasPrice { max_fee_per_gas: u128::MAX, max_priority_fee_per_gas: u128::MAX };
    assert!(matches!(build_over(odd, |_, _| {}), Err(BuildError::Price { .. })));
}

#[test]
fn a_nonce_is_found_in_its_word() {
    for nonce in [U256::ZERO, U256::from(0x2a05), U256::MAX] {
        let CallAction::InvalidateNonces { word, mask, .. } =
            CallAction::invalidate(PERMIT2, nonce)
        else {
            panic!("another action");
        };
        assert_eq!(mask.count_ones(), 1);
        let bit = U256::from(mask.trailing_zeros());
        assert_eq!(word * U256::from(256) + bit, nonce);
    }
}
