//! What the chain says, fact by fact.

use countersign_approval::{AccountNonce, CallAction, CallFacts, CallOutcome, Code, Fact};
use countersign_units::{Lots, UnixSeconds};

use super::honest::{GWEI, NOW, actions, by_alloy, codes, draft, facts, terms};
use crate::judge_call;

/// Judges an honest transaction with honest facts after one change to those.
fn changed(action: CallAction, change: impl Fn(&mut CallFacts)) -> Vec<Code> {
    let (terms, mut facts) = (terms(action), facts(&action));
    let sent = draft(&by_alloy(&terms));
    assert_eq!(codes(&sent, &terms, &facts), []);
    change(&mut facts);
    codes(&sent, &terms, &facts)
}

#[test]
fn facts_that_every_transaction_needs() {
    for action in actions() {
        let refused = |change: fn(&mut CallFacts)| changed(action, change);
        assert_eq!(refused(|facts| facts.owner_code = Some(vec![0xef, 1, 0])), [Code::Owner]);
        assert_eq!(refused(|facts| facts.base_fee = Some(41 * GWEI)), []);
        assert_eq!(refused(|facts| facts.base_fee = Some(41 * GWEI + 1)), [Code::Gas]);
        assert_eq!(refused(|facts| facts.gas = Some(75_000)), []);
        assert_eq!(refused(|facts| facts.gas = Some(75_001)), [Code::Gas]);
        let late = |facts: &mut CallFacts| {
            facts.block_time = Some(UnixSeconds::new(NOW.value() - 301));
        };
        assert_eq!(refused(late), [Code::Clock]);
        let failed = |facts: &mut CallFacts| {
            facts.simulation = Some(CallOutcome::Failed("execution reverted".to_owned()));
        };
        assert_eq!(refused(failed), [Code::Simulation]);
    }
}

#[test]
fn an_account_nonce_that_is_used_or_leaves_a_gap() {
    let at = |mined, pending| {
        changed(actions()[0], |facts| {
            facts.account_nonce = Some(AccountNonce { mined, pending });
        })
    };
    assert_eq!((at(7, 7), at(3, 7), at(7, 9)), (vec![], vec![], vec![]));
    assert_eq!(
        (at(8, 8), at(3, 6), at(6, 6)),
        (vec![Code::Nonce], vec![Code::Nonce], vec![Code::Nonce])
    );
    // A node that has forgotten what waits counts fewer as pending than as mined.
    assert_eq!(at(7, 0), []);
}

#[test]
fn only_what_takes_the_place_of_another_waits_behind_a_gap() {
    let behind = |facts: &mut CallFacts| {
        facts.account_nonce = Some(AccountNonce { mined: 5, pending: 6 });
    };
    for action in actions() {
        let replaces = action == CallAction::ReplaceNonce;
        let expected = if replaces { vec![] } else { vec![Code::Nonce] };
        assert_eq!(changed(action, behind), expected, "{action:?}");
        let used = |facts: &mut CallFacts| {
            facts.account_nonce = Some(AccountNonce { mined: 8, pending: 8 });
        };
        assert_eq!(changed(action, used), [Code::Nonce], "{action:?}");
    }
}

#[test]
fn an_account_that_can_not_pay() {
    let fee = 75_000 * 41 * GWEI;
    for action in actions() {
        let value = match action {
            CallAction::TransferNative { amount, .. } => amount,
            _ => Lots::ZERO,
        };
        let with = |wei: u128| {
            changed(action, |facts| {
                facts.native_balance = Some(Lots::new(countersign_units::U256::from(wei)));
            })
        };
        let value: u128 = value.value().to();
        assert_eq!(with(value + fee), []);
        assert_eq!(with(value + fee - 1), [Code::Fee]);
        if value > 0 {
            assert_eq!(with(value - 1), [Code::Amount]);
        }
    }
    let short = |facts: &mut CallFacts| facts.balance = Some(Lots::from(999_999_999));
    assert_eq!(changed(actions()[1], short), [Code::Amount]);
}

#[test]
fn what_is_or_is_not_a_contract() {
    let code = |facts: &mut CallFacts| facts.recipient_code = Some(vec![0x60]);
    assert_eq!(changed(actions()[0], code), [Code::To]);
    // A token's ledger takes any address.
    assert_eq!(changed(actions()[1], code), []);
    let empty = alloy::primitives::KECCAK256_EMPTY.0;
    for hash in [[0; 32], empty] {
        let none = |facts: &mut CallFacts| facts.contract_code_hash = Some(hash);
        assert_eq!(changed(actions()[1], none), [Code::Token]);
        assert_eq!(changed(actions()[2], none), [Code::VerifyingContract]);
        assert_eq!(changed(actions()[3], none), [Code::Token]);
    }
}

#[test]
fn a_recipient_that_is_a_contract_is_told() {
    let action = actions()[1];
    let (terms, mut facts) = (terms(action), facts(&action));
    facts.recipient_code = Some(vec![0x60; 5]);
    let judgement = judge_call(&draft(&by_alloy(&terms)), &terms, &facts, NOW).unwrap();
    let statement = judgement.statement().to_string();
    assert!(statement.contains("a contract, with 5 bytes of code"), "{statement}");
}

#[test]
fn a_token_says_true_or_nothing() {
    let word = |last| [vec![0; 31], vec![last]].concat();
    for action in actions() {
        let token = matches!(action, CallAction::TransferToken { .. } | CallAction::Approve { .. });
        for (data, good) in [
            (vec![], true),
            (word(1), token),
            (word(0), false),
            (word(2), false),
            (vec![1], false),
            (vec![0; 64], false),
        ] {
            let returned = |facts: &mut CallFacts| {
                facts.simulation = Some(CallOutcome::Returned(data.clone()));
            };
            let expected = if good { vec![] } else { vec![Code::Simulation] };
            assert_eq!(changed(action, returned), expected, "{action:?} {data:?}");
        }
    }
}

#[test]
fn a_fact_is_missed_where_it_is_required_and_says_something() {
    for action in actions() {
        let (mut terms, facts) = (terms(action), facts(&action));
        let sent = draft(&by_alloy(&terms));
        let none = judge_call(&sent, &terms, &CallFacts::default(), NOW).unwrap();
        let needed: Vec<Fact> = Fact::CALL.into_iter().filter(|fact| action.needs(*fact)).collect();
        assert_eq!(none.not_judged(), needed);
        terms.require_facts = Fact::CALL.to_vec();
        assert_eq!(codes(&sent, &terms, &facts), []);
        let missed = codes(&sent, &terms, &CallFacts::default());
        assert_eq!(missed, vec![Code::Unavailable; needed.len()]);
    }
}
