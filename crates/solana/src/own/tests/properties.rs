use countersign_approval::{TransferAction, TransferFacts, TransferTerms};
use countersign_units::{SolanaAddress, SolanaHash};
use proptest::prelude::*;

use super::honest::{KINDS, Kind, NOW, codes, draft, judge, terms};
use crate::{
    TransferDraft, TransferPlan, VerifyError, build_transfer, judge_transfer, transfer_facts_query,
};

fn any_terms() -> impl Strategy<Value = TransferTerms> {
    let keys = any::<[[u8; 32]; 4]>();
    (prop::sample::select(KINDS.to_vec()), keys, 1_u64.., any::<u8>()).prop_map(
        |(kind, keys, amount, digits)| {
            let [owner, to, mint, source] = keys.map(SolanaAddress::new);
            let mut terms = terms(kind);
            terms.owner = owner;
            match &mut terms.action {
                TransferAction::Native { to: paid, lamports } => {
                    (*paid, *lamports) = (to, amount);
                }
                TransferAction::Token(payment) => {
                    (payment.to, payment.mint, payment.source) = (to, mint, source);
                    (payment.amount, payment.decimals) = (amount, digits);
                }
            }
            terms
        },
    )
}

/// Says whether a draft asks for computing and else is the same: what is in bounds may differ.
fn differs_in_computing_alone(terms: &TransferTerms, draft: &TransferDraft) -> bool {
    let transfer = |draft: &TransferDraft| {
        let decoded = draft.decode().unwrap();
        let keys: Vec<_> = decoded.keys().collect();
        (decoded.blockhash(), keys, decoded.instructions()[2..].to_vec())
    };
    transfer(draft) == transfer(&self::draft(terms))
}

#[test]
fn any_byte_that_changes_is_noticed() {
    for kind in KINDS {
        let terms = terms(kind);
        let honest = draft(&terms);
        for at in 0..honest.as_wire().len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut changed = honest.as_wire().to_vec();
                changed[at] ^= flip;
                let changed = TransferDraft::from_transaction(changed);
                match judge(&terms, &changed) {
                    Err(VerifyError::Refused(_)) => {}
                    // Less computing, or a mark by which an account may be written to that no
                    // instruction writes to.
                    Ok(judged) => {
                        let computing = differs_in_computing_alone(&terms, &changed);
                        assert!(computing, "byte {at} ^ {flip}: {}", judged.statement());
                    }
                    Err(other) => panic!("{other}"),
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn what_is_built_of_any_terms_is_taken_by_them_alone(
        terms in any_terms(),
        other in any_terms(),
        recent_price: u64,
    ) {
        let none = TransferFacts::default();
        let plan = TransferPlan::new(&terms, &none, recent_price);
        let draft = build_transfer(&terms, &plan).unwrap();
        prop_assert_eq!(codes(judge(&terms, &draft)), []);
        prop_assert!(transfer_facts_query(&draft, &terms).is_some());
        prop_assert!(!codes(judge(&other, &draft)).is_empty());
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..1_300)) {
        for kind in KINDS {
            let terms = terms(kind);
            for draft in [
                TransferDraft::from_transaction(bytes.clone()),
                TransferDraft::from_message(&bytes),
            ] {
                let judged = judge_transfer(&draft, &terms, &TransferFacts::default(), NOW);
                prop_assert!(judged.is_err());
                prop_assert!(transfer_facts_query(&draft, &terms).is_none() || !bytes.is_empty());
            }
        }
    }

    #[test]
    fn bytes_that_are_mixed_up_never_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        for kind in KINDS {
            let terms = terms(kind);
            let mut wire = draft(&terms).as_wire().to_vec();
            for (at, byte) in &edits {
                let at = at.index(wire.len());
                wire[at] = *byte;
            }
            let short = wire[..cut.index(wire.len())].to_vec();
            prop_assert!(judge(&terms, &TransferDraft::from_transaction(short)).is_err());
            let _ = judge(&terms, &TransferDraft::from_transaction(wire));
        }
    }

    #[test]
    fn no_text_panics(text in ".{0,200}") {
        let _ = TransferDraft::from_text(&text);
    }

    #[test]
    fn another_blockhash_is_refused(hash: [u8; 32]) {
        let mut other = terms(Kind::Native);
        other.recent_blockhash = SolanaHash::new(hash);
        let honest = terms(Kind::Native);
        prop_assume!(other.recent_blockhash != honest.recent_blockhash);
        prop_assert!(codes(judge(&honest, &draft(&other))).contains(&countersign_approval::Code::Blockhash));
    }
}
