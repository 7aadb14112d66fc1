//! Properties, judged by alloy's own transactions.

use alloy::consensus::transaction::SignerRecoverable;
use alloy::consensus::{SignableTransaction, TxEip1559, TxEnvelope};
use alloy::eips::Decodable2718;
use alloy::rlp::Decodable;
use countersign_approval::{CallAction, CallFacts, CallTerms};
use countersign_units::{EvmAddress, Lots, U256};
use proptest::prelude::*;

use super::honest::{KEY, NOW, by_alloy, draft, owner, terms};
use crate::{CallDraft, LocalSigner, judge_call};

fn any_action() -> impl Strategy<Value = CallAction> {
    let word = || any::<[u64; 4]>().prop_map(U256::from_limbs);
    let address = || any::<[u8; 20]>().prop_map(EvmAddress::new);
    let amount = move || word().prop_map(|value| Lots::new(value | U256::ONE));
    prop_oneof![
        (address(), amount()).prop_map(|(to, amount)| CallAction::TransferNative { to, amount }),
        (address(), address(), amount())
            .prop_map(|(token, to, amount)| CallAction::TransferToken { token, to, amount }),
        (address(), word(), word())
            .prop_map(|(permit2, word, mask)| CallAction::InvalidateNonces { permit2, word, mask }),
        (address(), address(), word().prop_map(Lots::new))
            .prop_map(|(token, permit2, amount)| CallAction::Approve { token, permit2, amount }),
        Just(CallAction::ReplaceNonce),
        Just(CallAction::FillNonce),
    ]
}

/// Terms and a transaction within them.
fn any_honest() -> impl Strategy<Value = (CallTerms, TxEip1559)> {
    let price = (21_000..u64::from(u32::MAX), any::<u64>(), any::<u64>());
    (any_action(), any::<u64>(), any::<u64>(), price).prop_map(
        |(action, chain_id, account_nonce, (gas, fee, tip))| {
            let (fee, tip) = (u128::from(fee.max(tip)), u128::from(fee.min(tip)));
            let terms = CallTerms {
                chain_id,
                account_nonce,
                max_gas: gas,
                max_fee_per_gas: fee,
                max_priority_fee_per_gas: tip,
                max_total_fee: u128::from(gas).checked_mul(fee).unwrap(),
                ..terms(action)
            };
            let mut transaction = by_alloy(&terms);
            transaction.gas_limit = gas;
            (transaction.max_fee_per_gas, transaction.max_priority_fee_per_gas) = (fee, tip);
            (terms, transaction)
        },
    )
}

/// What alloy reads as a transaction to be signed.
fn read_by_alloy(bytes: &[u8]) -> Option<TxEip1559> {
    let (2, mut fields) = bytes.split_first().map(|(first, rest)| (*first, rest))? else {
        return None;
    };
    TxEip1559::decode(&mut fields).ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn an_honest_transaction_is_signed_as_alloy_would((terms, transaction) in any_honest()) {
        let judgement =
            judge_call(&draft(&transaction), &terms, &CallFacts::default(), NOW).unwrap();
        prop_assert_eq!(judgement.digest(), transaction.signature_hash().0);
        prop_assert_eq!(judgement.call().action(), &terms.action);
        let signature = LocalSigner::from_hex(KEY).unwrap().sign_digest(judgement.digest());
        let sent = judgement.transaction().signed(&signature);
        let read = TxEnvelope::decode_2718_exact(&sent).unwrap();
        prop_assert_eq!(read.recover_signer().unwrap().into_array(), *owner().as_bytes());
        prop_assert_eq!(read.as_eip1559().unwrap().tx(), &transaction);
    }

    #[test]
    fn one_byte_changed_is_refused_or_within_bounds(
        (terms, transaction) in any_honest(), at: prop::sample::Index, byte: u8,
    ) {
        let mut bytes = transaction.encoded_for_signing();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let judged = judge_call(&CallDraft::new(bytes.clone()), &terms, &CallFacts::default(), NOW);
        if let Ok(judgement) = judged {
            // Only what has bounds may have changed, and alloy reads the same.
            let read = read_by_alloy(&bytes).unwrap();
            let cheaper = TxEip1559 {
                gas_limit: read.gas_limit,
                max_fee_per_gas: read.max_fee_per_gas,
                max_priority_fee_per_gas: read.max_priority_fee_per_gas,
                ..transaction.clone()
            };
            prop_assert_eq!(&read, &cheaper);
            prop_assert!(read.gas_limit <= terms.max_gas);
            prop_assert!(read.max_fee_per_gas <= terms.max_fee_per_gas);
            prop_assert_eq!(judgement.digest(), read.signature_hash().0);
        }
    }

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>, typed: bool, (terms, transaction) in any_honest(), cut: prop::sample::Index) {
        let bytes = if typed { [&[2][..], &bytes].concat() } else { bytes };
        prop_assert!(judge_call(&CallDraft::new(bytes), &terms, &CallFacts::default(), NOW).is_err());
        let honest = transaction.encoded_for_signing();
        let cut = honest[..cut.index(honest.len())].to_vec();
        prop_assert!(judge_call(&CallDraft::new(cut), &terms, &CallFacts::default(), NOW).is_err());
    }
}
