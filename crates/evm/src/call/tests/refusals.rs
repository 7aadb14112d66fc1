//! Each single change of an honest transaction, and what it is refused by.

use alloy::consensus::{SignableTransaction, TxEip1559, TxEip2930, TxEip7702, TxLegacy};
use alloy::eips::eip2930::{AccessList, AccessListItem};
use alloy::primitives::{Address, B256, Bytes, TxKind, U256};
use countersign_approval::{CallAction, CallFacts, CallTerms, Code};
use countersign_units::{EvmAddress, Lots, UnixSeconds};

use super::honest::{
    DEADLINE, DEPOSIT, GWEI, NOW, PERMIT2, TOKEN, actions, by_alloy, codes, codes_of, draft, owner,
    swap, terms,
};
use crate::{CallDraft, TermsError, VerifyError, verify_call};

/// Judges an honest transaction after one change to it.
fn changed(action: CallAction, change: impl Fn(&mut TxEip1559)) -> Vec<Code> {
    let terms = terms(action);
    let mut transaction = by_alloy(&terms);
    assert_eq!(codes(&draft(&transaction), &terms, &CallFacts::default()), []);
    change(&mut transaction);
    codes(&draft(&transaction), &terms, &CallFacts::default())
}

#[test]
fn a_member_that_every_transaction_has() {
    for action in actions() {
        let refused = |change: fn(&mut TxEip1559)| changed(action, change);
        assert_eq!(refused(|tx| tx.chain_id = 2), [Code::ChainId]);
        assert_eq!(refused(|tx| tx.nonce = 6), [Code::Nonce]);
        assert_eq!(refused(|tx| tx.nonce = 8), [Code::Nonce]);
        assert_eq!(refused(|tx| tx.gas_limit = 20_999), [Code::Gas]);
        assert_eq!(refused(|tx| tx.gas_limit = 200_001), [Code::Gas]);
        assert_eq!(refused(|tx| tx.max_fee_per_gas = 100 * GWEI + 1), [Code::Gas]);
        assert_eq!(refused(|tx| tx.max_priority_fee_per_gas = 3 * GWEI + 1), [Code::Gas]);
        assert_eq!(refused(|tx| tx.max_fee_per_gas = GWEI - 1), [Code::Gas]);
        let costly = |tx: &mut TxEip1559| (tx.gas_limit, tx.max_fee_per_gas) = (200_000, 60 * GWEI);
        assert_eq!(refused(costly), [Code::Fee]);
        assert_eq!(refused(|tx| tx.to = TxKind::Create), [Code::To]);
        let item = AccessListItem { address: Address::ZERO, storage_keys: vec![B256::ZERO] };
        let change = |tx: &mut TxEip1559| tx.access_list = AccessList(vec![item.clone()]);
        assert_eq!(changed(action, change), [Code::To]);
        let more = |tx: &mut TxEip1559| tx.input = Bytes::from([&tx.input[..], &[0]].concat());
        let code = if action.contract().is_some() { Code::Encoding } else { Code::To };
        assert_eq!(changed(action, more), [code]);
    }
}

#[test]
fn a_value_that_goes_along() {
    for action in actions() {
        let one_more = |tx: &mut TxEip1559| tx.value += U256::from(1);
        let codes = changed(action, one_more);
        let expected = match action {
            CallAction::ReplaceNonce | CallAction::FillNonce => vec![Code::Amount, Code::To],
            _ => vec![Code::Amount],
        };
        assert_eq!(codes, expected, "{action:?}");
    }
}

#[test]
fn another_address_that_is_called() {
    let elsewhere = |tx: &mut TxEip1559| tx.to = TxKind::Call(Address::repeat_byte(0xbb));
    let expected = [
        Code::To,
        Code::Token,
        Code::VerifyingContract,
        Code::Token,
        Code::Token,
        Code::To,
        Code::To,
    ];
    for (action, code) in actions().into_iter().zip(expected) {
        assert_eq!(changed(action, elsewhere), [code], "{action:?}");
    }
}

#[test]
fn each_byte_of_the_data() {
    for action in actions().into_iter().filter(|action| action.contract().is_some()) {
        for place in 0..68 {
            let flip = |tx: &mut TxEip1559| {
                let mut data = tx.input.to_vec();
                data[place] ^= 0x40;
                tx.input = Bytes::from(data);
            };
            let code = match (action, place) {
                (_, 0..4) => Code::To,
                (CallAction::InvalidateNonces { .. }, _) => Code::Nonce,
                (_, 4..16) => Code::Encoding,
                (CallAction::TransferToken { .. }, 16..36) => Code::To,
                (_, 16..36) => Code::Spender,
                (_, _) => Code::Amount,
            };
            assert_eq!(changed(action, flip), [code], "{action:?} {place}");
        }
    }
}

#[test]
fn one_action_for_another() {
    let amount = Lots::from(1_000_000_000);
    let transfer = CallAction::TransferToken { token: TOKEN, to: DEPOSIT, amount };
    let approve = CallAction::Approve { token: TOKEN, permit2: DEPOSIT, amount };
    let sent = draft(&by_alloy(&terms(approve)));
    assert_eq!(codes(&sent, &terms(transfer), &CallFacts::default()), [Code::To]);
    // Selectors that move tokens in other ways: transferFrom, increaseAllowance, multicall.
    for selector in ["23b872dd", "39509351", "ac9650d8"] {
        let other = |tx: &mut TxEip1559| {
            let data = [&hex::decode(selector).unwrap(), &tx.input[4..]].concat();
            tx.input = Bytes::from(data);
        };
        assert_eq!(changed(transfer, other), [Code::To]);
    }
}

#[test]
fn a_mask_that_ends_other_permits_too() {
    let honest = terms(CallAction::invalidate(PERMIT2, U256::from(0x2a05)));
    for (word, mask) in [(0x2a, 0x60_u64), (0x2a, 0), (0x2a, 0x40), (0x2b, 0x20)] {
        let (word, mask) = (U256::from(word), U256::from(mask));
        let other = terms(CallAction::InvalidateNonces { permit2: PERMIT2, word, mask });
        let sent = draft(&by_alloy(&other));
        assert_eq!(codes(&sent, &honest, &CallFacts::default()), [Code::Nonce]);
    }
}

#[test]
fn a_transaction_of_another_form() {
    let terms = terms(actions()[0]);
    let honest = by_alloy(&terms);
    let of = |bytes: Vec<u8>| codes(&CallDraft::new(bytes), &terms, &CallFacts::default());
    let legacy = TxLegacy { chain_id: Some(1), nonce: 7, to: honest.to, ..TxLegacy::default() };
    assert_eq!(of(legacy.encoded_for_signing()), [Code::Malformed]);
    assert_eq!(of(TxEip2930::default().encoded_for_signing()), [Code::Malformed]);
    assert_eq!(of(TxEip7702::default().encoded_for_signing()), [Code::Malformed]);
    let bytes = honest.encoded_for_signing();
    for cut in 0..bytes.len() {
        assert_eq!(of(bytes[..cut].to_vec()), [Code::Malformed], "{cut}");
    }
    assert_eq!(of([&bytes[..], &[0]].concat()), [Code::Malformed]);
    let signed = honest.into_signed(alloy::primitives::Signature::test_signature());
    let mut encoded = vec![];
    signed.eip2718_encode(&mut encoded);
    assert_eq!(of(encoded), [Code::Malformed]);
}

#[test]
fn a_number_that_is_not_written_in_the_shortest_way() {
    let terms = terms(actions()[0]);
    let bytes = by_alloy(&terms).encoded_for_signing();
    let of = |bytes: Vec<u8>| codes(&CallDraft::new(bytes), &terms, &CallFacts::default());
    // Type, list of one length byte, chain id 1, nonce 7.
    assert!(matches!(bytes[..4], [2, 0xc0..0xf7, 1, 7]), "{bytes:02x?}");
    let with = |number: &[u8]| {
        let length = bytes[1] + u8::try_from(number.len()).unwrap() - 1;
        [&[2, length], number, &bytes[3..]].concat()
    };
    assert_eq!(of(with(&[1])), []);
    for long in [&[0x81, 1][..], &[0x82, 0, 1], &[0x00], &[0xb8, 1, 1]] {
        assert_eq!(of(with(long)), [Code::Encoding], "{long:02x?}");
    }
    let long_list = [&[2, 0xf8, bytes[1] - 0xc0][..], &bytes[2..]].concat();
    assert_eq!(of(long_list), [Code::Encoding]);
    let wide = [&[0x88][..], &[1; 8]].concat();
    assert_eq!(of(with(&wide)), [Code::ChainId]);
    let wider = [&[0xa0][..], &[1; 32]].concat();
    let mut long = vec![2, 0xf8, bytes[1] - 0xc0 + 32];
    long.extend(wider.iter().chain(&bytes[3..]));
    assert_eq!(of(long), [Code::ChainId]);
}

#[test]
fn a_number_beyond_its_bounds_by_more_than_a_word_holds() {
    let terms = CallTerms {
        max_gas: u64::MAX,
        max_fee_per_gas: u128::MAX,
        max_total_fee: u128::MAX,
        ..terms(actions()[0])
    };
    let mut transaction = by_alloy(&terms);
    (transaction.gas_limit, transaction.max_fee_per_gas) = (u64::MAX, u128::MAX);
    assert_eq!(codes(&draft(&transaction), &terms, &CallFacts::default()), [Code::Fee]);
}

#[test]
fn terms_that_are_out_of_date_or_for_another_key() {
    let honest = terms(actions()[1]);
    let sent = draft(&by_alloy(&honest));
    let of = |terms: CallTerms| codes(&sent, &terms, &CallFacts::default());
    let least = UnixSeconds::new(NOW.value() + 60);
    assert_eq!(of(CallTerms { deadline: least, ..honest.clone() }), []);
    let late = UnixSeconds::new(least.value() - 1);
    assert_eq!(of(CallTerms { deadline: late, ..honest.clone() }), [Code::Deadline]);
    assert_eq!(of(CallTerms { signer: Some(DEPOSIT), ..honest.clone() }), [Code::Owner]);
    assert_eq!(of(CallTerms { signer: None, deadline: DEADLINE, ..honest }), []);
}

#[test]
fn a_transfer_that_goes_to_nobody_or_to_ourselves() {
    for to in [EvmAddress::ZERO, owner(), TOKEN] {
        let amount = Lots::from(5);
        let honest = terms(CallAction::TransferToken { token: TOKEN, to, amount });
        let sent = draft(&by_alloy(&honest));
        assert_eq!(codes(&sent, &honest, &CallFacts::default()), [Code::DepositAddress]);
    }
    for permit2 in [EvmAddress::ZERO, owner(), TOKEN] {
        let amount = Lots::from(5);
        let honest = terms(CallAction::Approve { token: TOKEN, permit2, amount });
        let sent = draft(&by_alloy(&honest));
        assert_eq!(codes(&sent, &honest, &CallFacts::default()), [Code::Spender]);
    }
    let nothing = terms(CallAction::TransferNative { to: DEPOSIT, amount: Lots::ZERO });
    let sent = draft(&by_alloy(&nothing));
    assert_eq!(codes(&sent, &nothing, &CallFacts::default()), [Code::Amount]);
}

#[test]
fn all_that_is_wrong_is_told() {
    let terms = terms(actions()[1]);
    let mut transaction = by_alloy(&terms);
    transaction.chain_id = 5;
    transaction.nonce = 9;
    transaction.gas_limit = 10_000_000;
    transaction.value = U256::from(1);
    let error = verify_call(draft(&transaction), &swap(terms), &CallFacts::default(), NOW);
    assert_eq!(
        codes_of(error.unwrap_err()),
        [Code::ChainId, Code::Nonce, Code::Amount, Code::Gas, Code::Fee]
    );
}

#[test]
fn terms_that_can_not_be_meant() {
    let verify = |action, amount: u64| {
        let mut terms = (*swap(terms(action))).clone();
        terms.source.amount = Lots::from(amount);
        let sent = draft(&by_alloy(&terms.approval));
        verify_call(sent, &terms.into(), &CallFacts::default(), NOW).map(drop)
    };
    let amount = Lots::from(5);
    for action in [
        CallAction::TransferNative { to: DEPOSIT, amount },
        CallAction::TransferToken { token: TOKEN, to: DEPOSIT, amount },
        CallAction::Approve { token: TOKEN, permit2: PERMIT2, amount },
    ] {
        let error = TermsError::CallAmounts { swap: Lots::from(6), call: amount };
        assert_eq!(verify(action, 6), Err(VerifyError::Terms(error)));
        assert_eq!(verify(action, 5), Ok(()));
    }
    let revoke = CallAction::Approve { token: TOKEN, permit2: PERMIT2, amount: Lots::ZERO };
    for free in [revoke, CallAction::ReplaceNonce, CallAction::FillNonce] {
        assert_eq!(verify(free, 6), Ok(()));
    }
    for (word, mask) in [(U256::from(1) << 248, U256::from(1)), (U256::ZERO, U256::ZERO)] {
        let error = verify(CallAction::InvalidateNonces { permit2: PERMIT2, word, mask }, 6);
        assert!(matches!(error, Err(VerifyError::Terms(TermsError::Action { .. }))), "{error:?}");
    }
}
