//! Each single change of an honest transaction, and what it is refused by.

use countersign_approval::{
    AccountNonce, CallAction, CallOutcome, Code, Fact, TronBlock, TronCallFacts, TronCallTerms,
};
use countersign_units::{Lots, UnixSeconds};
use prost::Message;

use super::honest::{
    DEPOSIT, NOW, TOKEN, actions, changed, codes, draft, facts, inside, owner, terms,
};
use crate::tron_call::wire::{Any, Contract, Raw, Transfer, Trigger};
use crate::{BuildError, TronCallDraft, judge_tron_call};

#[test]
fn the_honest_ones_are_accepted() {
    for action in actions() {
        let (terms, facts) = (terms(action), facts(&action));
        let judgement = judge_tron_call(&draft(&terms), &terms, &facts, NOW).unwrap();
        assert_eq!(judgement.not_judged(), []);
        let call = judgement.call();
        assert_eq!((call.owner(), call.action()), (owner(), &action));
        assert_eq!(call.expiration(), NOW.saturating_add(600));
        let native = matches!(action, CallAction::TransferNative { .. });
        assert_eq!(call.fee_limit(), if native { 0 } else { 65_000 * 210 * 5 / 4 });
        assert_eq!(draft(&terms).to_string().parse(), Ok(draft(&terms)));
    }
}

#[test]
fn a_member_that_every_transaction_has() {
    for action in actions() {
        let refused = |change: fn(&mut Raw)| changed(action, change);
        assert_eq!(refused(|raw| raw.ref_block_bytes = vec![5, 7]), [Code::Blockhash]);
        assert_eq!(refused(|raw| raw.ref_block_bytes = vec![]), [Code::Blockhash]);
        assert_eq!(refused(|raw| raw.ref_block_hash[0] ^= 1), [Code::Blockhash]);
        assert_eq!(refused(|raw| raw.ref_block_num = 1), [Code::Blockhash]);
        assert_eq!(refused(|raw| raw.expiration += 1), [Code::Deadline]);
        assert_eq!(refused(|raw| raw.expiration -= 540_001), [Code::Deadline]);
        assert_eq!(refused(|raw| raw.expiration -= 540_000), []);
        assert_eq!(refused(|raw| raw.expiration /= 1_000), [Code::Deadline]);
        assert_eq!(refused(|raw| raw.expiration = -1), [Code::Deadline]);
        assert_eq!(refused(|raw| raw.timestamp += 300_001), [Code::Clock]);
        assert_eq!(refused(|raw| raw.timestamp = i64::MIN), [Code::Clock]);
        assert_eq!(refused(|raw| raw.data = b"memo".to_vec()), [Code::Memo]);
        assert_eq!(refused(|raw| raw.scripts = vec![1]), [Code::To]);
        assert_eq!(refused(|raw| raw.fee_limit = 30_000_001), [Code::Fee]);
        assert_eq!(refused(|raw| raw.contract[0].permission_id = 2), [Code::Signers]);
        assert_eq!(refused(|raw| raw.contract[0].provider = vec![1]), [Code::To]);
        assert_eq!(refused(|raw| raw.contract[0].name = vec![1]), [Code::To]);
        assert_eq!(refused(|raw| raw.contract[0].kind = 2), [Code::Mechanism]);
        assert_eq!(refused(|raw| raw.contract[0].parameter = None), [Code::Malformed]);
        assert_eq!(refused(|raw| raw.contract.clear()), [Code::To]);
        assert_eq!(refused(|raw| raw.contract.push(raw.contract[0].clone())), [Code::To]);
        let url = |raw: &mut Raw| {
            let parameter = raw.contract[0].parameter.as_mut().unwrap();
            parameter.type_url = "type.googleapis.com/protocol.FreezeBalanceContract".to_owned();
        };
        assert_eq!(refused(url), [Code::Mechanism]);
    }
}

#[test]
fn a_transfer_of_trx() {
    let action = actions()[0];
    let refused = |change: fn(&mut Transfer)| inside(action, change);
    assert_eq!(refused(|transfer| transfer.amount += 1), [Code::Amount]);
    assert_eq!(refused(|transfer| transfer.amount = -1), [Code::Amount]);
    assert_eq!(refused(|transfer| transfer.to_address[20] ^= 1), [Code::To]);
    assert_eq!(refused(|transfer| transfer.to_address[0] = 0xa0), [Code::Encoding]);
    assert_eq!(refused(|transfer| transfer.to_address.push(0)), [Code::Encoding]);
    assert_eq!(refused(|transfer| transfer.to_address = vec![]), [Code::Encoding]);
    assert_eq!(refused(|transfer| transfer.owner_address[20] ^= 1), [Code::Owner]);
    assert_eq!(changed(action, |raw| raw.fee_limit = 1), [Code::Fee]);
}

#[test]
fn a_call_of_a_contract() {
    for action in &actions()[1..] {
        let refused = |change: fn(&mut Trigger)| inside(*action, change);
        assert_eq!(refused(|trigger| trigger.call_value = 1), [Code::Amount]);
        assert_eq!(refused(|trigger| trigger.call_token_value = 1), [Code::Amount]);
        assert_eq!(refused(|trigger| trigger.token_id = 1_000_001), [Code::Amount]);
        assert_eq!(refused(|trigger| trigger.owner_address[20] ^= 1), [Code::Owner]);
        assert_eq!(refused(|trigger| trigger.data.push(0)), [Code::Encoding]);
        assert_eq!(refused(|trigger| trigger.data.clear()), [Code::To]);
        assert_eq!(refused(|trigger| trigger.data[0] ^= 1), [Code::To]);
        assert_eq!(changed(*action, |raw| raw.fee_limit = 0), [Code::Fee, Code::Gas]);
        assert_eq!(changed(*action, |raw| raw.fee_limit = 13_649_999), [Code::Gas]);
        assert_eq!(changed(*action, |raw| raw.fee_limit = 13_650_000), []);
    }
    let contract = |trigger: &mut Trigger| trigger.contract_address[20] ^= 1;
    assert_eq!(inside(actions()[1], contract), [Code::Token]);
    assert_eq!(inside(actions()[2], contract), [Code::VerifyingContract]);
    assert_eq!(inside(actions()[3], contract), [Code::Token]);
    let first = |trigger: &mut Trigger| trigger.data[35] ^= 1;
    let second = |trigger: &mut Trigger| trigger.data[67] ^= 1;
    assert_eq!(
        (inside(actions()[1], first), inside(actions()[1], second)),
        (vec![Code::To], vec![Code::Amount])
    );
    assert_eq!(
        (inside(actions()[2], first), inside(actions()[2], second)),
        (vec![Code::Nonce], vec![Code::Nonce])
    );
    assert_eq!(
        (inside(actions()[3], first), inside(actions()[3], second)),
        (vec![Code::Spender], vec![Code::Amount])
    );
    // Tron's wallets used to write the address with its byte into a word.
    assert_eq!(
        inside(actions()[1], |trigger: &mut Trigger| trigger.data[15] = 0x41),
        [Code::Encoding]
    );
}

#[test]
fn a_message_that_has_more_than_its_members() {
    /// As [`Raw`], with who authorises it.
    #[derive(Clone, PartialEq, Message)]
    struct More {
        #[prost(bytes = "vec", tag = "9")]
        auths: Vec<u8>,
    }
    let terms = terms(actions()[1]);
    let honest = draft(&terms);
    let facts = facts(&terms.action);
    let of = |bytes: Vec<u8>| codes(&TronCallDraft::new(bytes), &terms, &facts);
    let more = More { auths: vec![1] }.encode_to_vec();
    assert_eq!(of([honest.as_bytes(), &more].concat()), [Code::Encoding]);
    // A member with its default value, and a member twice.
    assert_eq!(of([honest.as_bytes(), &[0x18, 0]].concat()), [Code::Encoding]);
    let twice = Raw { fee_limit: 15_000_000, ..Raw::default() }.encode_to_vec();
    assert_eq!(of([honest.as_bytes(), &twice].concat()), [Code::Encoding]);
    assert_eq!(of([&twice, honest.as_bytes()].concat()), [Code::Encoding]);
    assert_eq!(of(honest.as_bytes()[1..].to_vec()), [Code::Malformed]);
    for inside in [vec![0xff], vec![0x18, 0]] {
        let parameter = |raw: &mut Raw| {
            let [Contract { parameter: Some(Any { value, .. }), .. }] = raw.contract.as_mut_slice()
            else {
                panic!("expected one contract");
            };
            value.extend(&inside);
        };
        let codes = changed(terms.action, parameter);
        assert!(matches!(codes.as_slice(), [Code::Encoding | Code::Malformed]), "{codes:?}");
    }
}

#[test]
fn facts_are_judged() {
    let refused = |place: usize, change: fn(&mut TronCallFacts)| {
        let action = actions()[place];
        let (terms, mut facts) = (terms(action), facts(&action));
        change(&mut facts);
        codes(&draft(&terms), &terms, &facts)
    };
    let other = |facts: &mut TronCallFacts| {
        facts.reference = Some(TronBlock { number: 1, id: [0; 32] });
    };
    assert_eq!(refused(0, other), [Code::Blockhash, Code::Blockhash]);
    assert_eq!(refused(0, |facts| facts.call.recipient_code = Some(vec![1])), [Code::To]);
    assert_eq!(refused(1, |facts| facts.call.balance = Some(Lots::from(1))), [Code::Amount]);
    assert_eq!(refused(1, |facts| facts.call.contract_code_hash = Some([0; 32])), [Code::Token]);
    assert_eq!(
        refused(1, |facts| facts.call.native_balance = Some(Lots::from(17_062_499))),
        [Code::Fee]
    );
    assert_eq!(refused(1, |facts| facts.call.native_balance = Some(Lots::from(17_062_500))), []);
    assert_eq!(refused(0, |facts| facts.call.native_balance = Some(Lots::from(1))), [Code::Amount]);
    let failed = |facts: &mut TronCallFacts| {
        facts.call.simulation = Some(CallOutcome::Failed("REVERT".to_owned()));
    };
    assert_eq!(refused(2, failed), [Code::Simulation]);
    assert_eq!(
        refused(3, |facts| facts.call.block_time = Some(UnixSeconds::new(1))),
        [Code::Clock]
    );
    assert_eq!(refused(0, |facts| facts.call.gas = Some(u64::MAX)), []);
}

#[test]
fn a_fact_is_missed_where_it_is_required_and_says_something() {
    for action in actions() {
        let terms = TronCallTerms {
            require_facts: [Fact::TRON_CALL.as_slice(), &[Fact::AccountNonce]].concat(),
            ..terms(action)
        };
        let sent = draft(&terms);
        assert_eq!(codes(&sent, &terms, &facts(&action)), []);
        let none = TronCallTerms { require_facts: vec![], ..terms.clone() };
        let judged = judge_tron_call(&sent, &none, &TronCallFacts::default(), NOW).unwrap();
        let missed = codes(&sent, &terms, &TronCallFacts::default());
        assert_eq!(missed, vec![Code::Unavailable; judged.not_judged().len()]);
        assert!(judged.not_judged().len() >= 5);
    }
}

#[test]
fn terms_that_tron_does_not_know() {
    let replace = terms(CallAction::ReplaceNonce);
    let facts = TronCallFacts {
        call: countersign_approval::CallFacts {
            account_nonce: Some(AccountNonce { mined: 1, pending: 1 }),
            ..facts(&actions()[1]).call
        },
        ..facts(&actions()[1])
    };
    let error = TronCallDraft::build(&replace, &facts, NOW).unwrap_err();
    assert!(matches!(error, BuildError::Missing(_)), "{error}");
    let sent = draft(&terms(actions()[0]));
    assert!(codes(&sent, &replace, &facts).contains(&Code::Mechanism));
    let other = TronCallTerms { signer: Some(DEPOSIT), ..terms(actions()[0]) };
    assert_eq!(codes(&sent, &other, &TronCallFacts::default()), [Code::Owner]);
    let ourselves = CallAction::TransferToken { token: TOKEN, to: owner(), amount: Lots::from(1) };
    let sent = draft(&terms(ourselves));
    assert_eq!(codes(&sent, &terms(ourselves), &TronCallFacts::default()), [Code::DepositAddress]);
}

#[test]
fn a_draft_stays_within_bounds() {
    let build = |change: fn(&mut TronCallTerms, &mut TronCallFacts)| {
        let (mut terms, mut facts) = (terms(actions()[1]), facts(&actions()[1]));
        change(&mut terms, &mut facts);
        let draft = TronCallDraft::build(&terms, &facts, NOW)?;
        Ok(judge_tron_call(&draft, &terms, &facts, NOW).unwrap().call().fee_limit())
    };
    assert_eq!(build(|terms, _| terms.max_fee_limit = 13_650_000), Ok(13_650_000));
    let beyond = BuildError::Price { needed: 13_650_000, most: 13_649_999 };
    assert_eq!(build(|terms, _| terms.max_fee_limit = 13_649_999), Err(beyond));
    assert_eq!(build(|_, facts| facts.reference = None), Err(BuildError::Missing("blockhash")));
    assert_eq!(build(|_, facts| facts.call.gas = None), Err(BuildError::Missing("gas")));
    let huge = CallAction::TransferNative { to: DEPOSIT, amount: Lots::MAX };
    assert!(TronCallDraft::build(&terms(huge), &facts(&huge), NOW).is_err());
}
