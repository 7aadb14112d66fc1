use countersign_approval::{CallAction, TronCallFacts};
use countersign_units::{EvmAddress, Lots, U256};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::honest::{NOW, actions, draft, facts, terms};
use crate::{TronCallDraft, judge_tron_call};

fn any_action() -> impl Strategy<Value = CallAction> {
    let word = || any::<[u64; 4]>().prop_map(U256::from_limbs);
    let address = || any::<[u8; 20]>().prop_map(EvmAddress::new);
    let sun = 1..1_000_000_000_u64;
    prop_oneof![
        (address(), sun)
            .prop_map(|(to, amount)| CallAction::TransferNative { to, amount: amount.into() }),
        (address(), address(), word()).prop_map(|(token, to, amount)| {
            let amount = Lots::new(amount | U256::ONE);
            CallAction::TransferToken { token, to, amount }
        }),
        (address(), word()).prop_map(|(permit2, nonce)| CallAction::invalidate(permit2, nonce)),
        (address(), address(), word().prop_map(Lots::new))
            .prop_map(|(token, permit2, amount)| CallAction::Approve { token, permit2, amount }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn an_honest_draft_says_what_was_asked(action in any_action()) {
        let terms = terms(action);
        let sent = draft(&terms);
        let judgement = judge_tron_call(&sent, &terms, &TronCallFacts::default(), NOW).unwrap();
        prop_assert_eq!(judgement.call().action(), &action);
        let expected: [u8; 32] = Sha256::digest(sent.as_bytes()).into();
        prop_assert_eq!(judgement.digest(), expected);
    }

    #[test]
    fn one_byte_changed_is_refused_or_within_bounds(
        place in 0..5_usize, at: prop::sample::Index, byte: u8,
    ) {
        let action = actions()[place];
        let (terms, facts) = (terms(action), facts(&action));
        let honest = draft(&terms);
        let mut bytes = honest.as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(judgement) = judge_tron_call(&TronCallDraft::new(bytes), &terms, &facts, NOW) {
            // Only the moment and the fee limit have bounds.
            let call = judgement.call();
            prop_assert_eq!(call.action(), &action);
            prop_assert!(call.fee_limit() <= terms.max_fee_limit);
            prop_assert!(call.expiration() <= NOW.saturating_add(600));
        }
    }

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>, place in 0..5_usize, cut: prop::sample::Index) {
        let terms = terms(actions()[place]);
        let judge = |bytes: &[u8]| {
            judge_tron_call(&TronCallDraft::new(bytes), &terms, &TronCallFacts::default(), NOW)
        };
        prop_assert!(judge(&bytes).is_err());
        let honest = draft(&terms);
        let honest = honest.as_bytes();
        prop_assert!(judge(&honest[..cut.index(honest.len())]).is_err());
    }
}
